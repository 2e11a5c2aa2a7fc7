"""CloudFormation."""

import json

from moto_plus.tests.check import check

TEMPLATE = {
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "made"}}},
    "Outputs": {"Arn": {"Value": {"Ref": "Topic"}}},
}


@check
def a_stack_that_a_change_set_made_has_its_outputs(aws):
    asked = {"StackName": "made", "ChangeSetName": "first", "ChangeSetType": "CREATE"}
    made = aws.cloudformation.create_change_set(**asked, TemplateBody=json.dumps(TEMPLATE))
    aws.cloudformation.execute_change_set(ChangeSetName=made["Id"])
    (stack,) = aws.cloudformation.describe_stacks(StackName="made")["Stacks"]
    assert stack["Outputs"][0]["OutputValue"].endswith(":made")
