"""ECS: the fields of a service that moto forgets when it is created."""

from moto.ecs.responses import EC2ContainerServiceResponse

from moto_plus.extension import Service, keep

service = Service("ecs", EC2ContainerServiceResponse, lambda answering: answering.ecs_backend)

DEFAULTS = {
    "availabilityZoneRebalancing": "ENABLED",
    "deploymentConfiguration": {"maximumPercent": 200, "minimumHealthyPercent": 100},
    "enableECSManagedTags": False,
    "enableExecuteCommand": False,
    "healthCheckGracePeriodSeconds": 0,
}


@service.repairs("CreateService")
def create_service(call, moto):
    answer = moto()
    created = answer.result["service"]
    keep(created, {**DEFAULTS, **call.given(*DEFAULTS, "capacityProviderStrategy")}, *DEFAULTS, "capacityProviderStrategy")
    return answer
