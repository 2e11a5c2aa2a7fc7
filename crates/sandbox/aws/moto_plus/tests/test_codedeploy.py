"""CodeDeploy."""

from botocore.exceptions import ClientError

from moto_plus.tests.check import check


def group(aws, application):
    aws.codedeploy.create_application(applicationName=application, computePlatform="Lambda")
    named = {"applicationName": application, "deploymentGroupName": "all"}
    aws.codedeploy.create_deployment_group(**named, serviceRoleArn="arn:aws:iam::123456789012:role/deploy")
    return named


@check
def a_configuration_is_made_and_deleted(aws):
    linear = {"linearPercentage": 10, "linearInterval": 1}
    routing = {"type": "TimeBasedLinear", "timeBasedLinear": linear}
    named = {"deploymentConfigName": "slowly"}
    aws.codedeploy.create_deployment_config(**named, computePlatform="ECS", trafficRoutingConfig=routing)
    found = aws.codedeploy.get_deployment_config(**named)["deploymentConfigInfo"]
    assert found["trafficRoutingConfig"]["timeBasedLinear"] == linear
    aws.codedeploy.delete_deployment_config(**named)
    try:
        aws.codedeploy.get_deployment_config(**named)
        raise AssertionError("a deleted configuration must be gone")
    except ClientError as refusal:
        assert refusal.response["Error"]["Code"] == "DeploymentConfigDoesNotExistException"


@check
def a_group_has_no_empty_members(aws):
    found = aws.codedeploy.get_deployment_group(**group(aws, "sparse"))["deploymentGroupInfo"]
    assert "loadBalancerInfo" not in found


@check
def a_group_is_renamed_and_deleted_and_so_is_its_application(aws):
    named = group(aws, "ending")
    application = {"applicationName": "ending"}
    aws.codedeploy.update_deployment_group(
        **application, currentDeploymentGroupName="all", newDeploymentGroupName="some"
    )
    assert aws.codedeploy.list_deployment_groups(**application)["deploymentGroups"] == ["some"]
    aws.codedeploy.delete_deployment_group(**{**named, "deploymentGroupName": "some"})
    assert aws.codedeploy.list_deployment_groups(**application)["deploymentGroups"] == []
    aws.codedeploy.delete_application(**application)
    assert "ending" not in aws.codedeploy.list_applications()["applications"]


@check
def a_deployment_is_stopped(aws):
    revision = {"revisionType": "String", "string": {"content": "{}", "sha256": "0"}}
    identifier = aws.codedeploy.create_deployment(**group(aws, "stopping"), revision=revision)["deploymentId"]
    aws.codedeploy.stop_deployment(deploymentId=identifier)
    assert aws.codedeploy.get_deployment(deploymentId=identifier)["deploymentInfo"]["status"] == "Stopped"
