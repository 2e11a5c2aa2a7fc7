"""ECS."""

from moto_plus.tests.check import check


@check
def a_service_gives_back_how_it_is_deployed_and_debugged(aws):
    aws.ecs.create_cluster(clusterName="cluster")
    aws.ecs.register_task_definition(family="api", containerDefinitions=[{"name": "api", "image": "i", "memory": 128}])
    deployment = {
        "maximumPercent": 200,
        "minimumHealthyPercent": 100,
        "deploymentCircuitBreaker": {"enable": True, "rollback": True},
    }
    aws.ecs.create_service(
        cluster="cluster",
        serviceName="api",
        taskDefinition="api",
        desiredCount=1,
        enableExecuteCommand=True,
        healthCheckGracePeriodSeconds=60,
        availabilityZoneRebalancing="ENABLED",
        deploymentConfiguration=deployment,
    )
    (service,) = aws.ecs.describe_services(cluster="cluster", services=["api"])["services"]
    assert service["enableExecuteCommand"] is True
    assert service["healthCheckGracePeriodSeconds"] == 60
    assert service["availabilityZoneRebalancing"] == "ENABLED"
    assert service["deploymentConfiguration"] == deployment
