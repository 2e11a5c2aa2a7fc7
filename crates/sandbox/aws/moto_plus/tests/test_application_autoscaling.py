"""Application Auto Scaling."""

from botocore.exceptions import ClientError

from moto_plus.tests.check import check


@check
def a_scalable_target_keeps_its_tags_and_never_scales(aws):
    target = {"ServiceNamespace": "dynamodb", "ResourceId": "table/t", "ScalableDimension": "dynamodb:table:ReadCapacityUnits"}
    scaling = aws.application_autoscaling
    made = scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=2, Tags={"a": "1"})
    arn = made["ScalableTargetARN"]
    scaling.tag_resource(ResourceARN=arn, Tags={"b": "2"})
    scaling.untag_resource(ResourceARN=arn, TagKeys=["a"])
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"b": "2"}
    assert scaling.describe_scaling_activities(ServiceNamespace="dynamodb")["ScalingActivities"] == []


@check
def a_scalable_target_keeps_the_tags_that_it_is_registered_with(aws):
    target = {"ServiceNamespace": "dynamodb", "ResourceId": "table/u", "ScalableDimension": "dynamodb:table:ReadCapacityUnits"}
    made = aws.application_autoscaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=2, Tags={"a": "1"})
    tags = aws.application_autoscaling.list_tags_for_resource(ResourceARN=made["ScalableTargetARN"])["Tags"]
    assert tags == {"a": "1"}


@check
def tags_of_a_target_go_with_it(aws):
    target = {"ServiceNamespace": "dynamodb", "ResourceId": "table/v", "ScalableDimension": "dynamodb:table:ReadCapacityUnits"}
    scaling = aws.application_autoscaling
    arn = scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=2, Tags={"a": "1"})["ScalableTargetARN"]
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"a": "1"}
    scaling.deregister_scalable_target(**target)
    try:
        scaling.list_tags_for_resource(ResourceARN=arn)
        raise AssertionError("tags of nothing must not be found")
    except ClientError as refusal:
        assert refusal.response["Error"]["Code"] == "ResourceNotFoundException"
