"""Application Auto Scaling: tags of scalable targets, and the activities of targets that never scale."""

import json

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse

from moto_plus.extension import Refusal, Service

service = Service(
    "application-autoscaling",
    ApplicationAutoScalingResponse,
    lambda answering: answering.applicationautoscaling_backend,
)


def tags_of(call):
    arn = call["ResourceARN"]
    if arn not in [target.arn for targets in call.backend.targets.values() for target in targets.values()]:
        raise Refusal("ResourceNotFoundException", f"The scalable target {arn} does not exist.")
    return call.table("tags").setdefault(arn, {})


@service.repairs("RegisterScalableTarget")
def register_scalable_target(call, moto):
    answer = moto()
    if tags := call.get("Tags"):
        call.table("tags").setdefault(json.loads(answer)["ScalableTargetARN"], {}).update(tags)
    return answer


@service.adds("ListTagsForResource")
def list_tags_for_resource(call):
    return {"Tags": tags_of(call)}


@service.adds("TagResource")
def tag_resource(call):
    tags_of(call).update(call["Tags"])
    return {}


@service.adds("UntagResource")
def untag_resource(call):
    tags = tags_of(call)
    for key in call["TagKeys"]:
        tags.pop(key, None)
    return {}


@service.adds("DescribeScalingActivities", constant="nothing ever scales")
def describe_scaling_activities(_call):
    return {"ScalingActivities": []}
