"""Serverless Application Repository."""

from botocore.exceptions import ClientError

from moto_plus.tests.check import check

ROTATION = "arn:aws:serverlessrepo:us-east-1:297356227824:applications/SecretsManagerRDSPostgreSQLRotationSingleUser"


@check
def a_rotation_application_becomes_a_stack_with_a_function(aws):
    values = {"functionName": "rotate", "endpoint": "https://secretsmanager.us-east-1.amazonaws.com"}
    made = aws.serverlessrepo.create_cloud_formation_change_set(
        ApplicationId=ROTATION,
        StackName="rotation",
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_RESOURCE_POLICY"],
        ParameterOverrides=[{"Name": name, "Value": value} for name, value in values.items()],
    )
    aws.cloudformation.execute_change_set(ChangeSetName=made["ChangeSetId"])
    (stack,) = aws.cloudformation.describe_stacks(StackName=made["StackId"])["Stacks"]
    assert stack["StackName"] == "serverlessrepo-rotation"
    (output,) = stack["Outputs"]
    assert output["OutputKey"] == "RotationLambdaARN" and output["OutputValue"].endswith(":function:rotate")
    assert stack["Capabilities"] == ["CAPABILITY_IAM"]
    tags = {tag["Key"]: tag["Value"] for tag in stack["Tags"]}
    assert tags["serverlessrepo:applicationId"] == ROTATION
    version = aws.serverlessrepo.get_application(ApplicationId=ROTATION)["Version"]
    assert tags["serverlessrepo:semanticVersion"] == version["SemanticVersion"]
    assert "CAPABILITY_RESOURCE_POLICY" in version["RequiredCapabilities"]


@check
def another_application_is_unknown(aws):
    try:
        aws.serverlessrepo.get_application(ApplicationId=ROTATION.replace("SecretsManager", "Other"))
        raise AssertionError("only rotation applications are known")
    except ClientError as refusal:
        assert refusal.response["Error"]["Code"] == "NotFoundException"
