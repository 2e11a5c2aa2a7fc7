"""CodeDeploy: deployment configurations, changes and ends of groups, deployments that are stopped."""

import time
import uuid

from moto.codedeploy.responses import CodeDeployResponse

from moto_plus.extension import Refusal, Service

service = Service("codedeploy", CodeDeployResponse, lambda answering: answering.codedeploy_backend)


@service.adds("CreateDeploymentConfig")
def create_deployment_config(call):
    name = call["deploymentConfigName"]
    if name in call.table("configs"):
        raise Refusal("DeploymentConfigAlreadyExistsException", f"The deployment configuration {name} exists already.")
    call.table("configs")[name] = {
        "deploymentConfigId": str(uuid.uuid4()),
        "computePlatform": "Server",
        "createTime": time.time(),
        **call.given("deploymentConfigName", "computePlatform", "trafficRoutingConfig", "minimumHealthyHosts", "zonalConfig"),
    }
    return {"deploymentConfigId": call.table("configs")[name]["deploymentConfigId"]}


@service.adds("GetDeploymentConfig")
def get_deployment_config(call):
    name = call["deploymentConfigName"]
    if name not in call.table("configs"):
        raise Refusal("DeploymentConfigDoesNotExistException", f"The deployment configuration {name} does not exist.")
    return {"deploymentConfigInfo": call.table("configs")[name]}


@service.adds("DeleteDeploymentConfig")
def delete_deployment_config(call):
    call.table("configs").pop(call["deploymentConfigName"], None)
    return {}


@service.adds("DeleteApplication")
def delete_application(call):
    call.backend.applications.pop(call["applicationName"], None)
    call.backend.deployment_groups.pop(call["applicationName"], None)
    return {}


@service.repairs("GetDeploymentGroup")
def get_deployment_group(_call, moto):
    """A member that was never set is left out by AWS; an empty one reads as a block in a configuration."""
    answer = moto()
    group = answer.result["deploymentGroupInfo"]
    for member in [member for member, value in group.items() if value == {}]:
        del group[member]
    return answer


@service.adds("UpdateDeploymentGroup")
def update_deployment_group(call):
    name = call["currentDeploymentGroupName"]
    group = call.backend.get_deployment_group(call["applicationName"], name)
    members = {
        "deploymentConfigName": "deployment_config_name",
        "serviceRoleArn": "service_role_arn",
        "triggerConfigurations": "trigger_configurations",
        "autoRollbackConfiguration": "auto_rollback_configuration",
        "deploymentStyle": "deployment_style",
        "blueGreenDeploymentConfiguration": "blue_green_deployment_configuration",
        "loadBalancerInfo": "load_balancer_info",
        "ecsServices": "ecs_services",
        "newDeploymentGroupName": "deployment_group_name",
    }
    for member, value in call.given(*members).items():
        setattr(group, members[member], value)
    groups = call.backend.deployment_groups[call["applicationName"]]
    groups[group.deployment_group_name] = groups.pop(name)
    return {"hooksNotCleanedUp": []}


@service.adds("DeleteDeploymentGroup")
def delete_deployment_group(call):
    call.backend.deployment_groups.get(call["applicationName"], {}).pop(call["deploymentGroupName"], None)
    return {"hooksNotCleanedUp": []}


@service.adds("StopDeployment")
def stop_deployment(call):
    call.backend.get_deployment(call["deploymentId"]).status = "Stopped"
    return {"status": "Succeeded"}
