"""Application Auto Scaling: tags of scalable targets, and the activities of targets that never scale."""

import json

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse

from moto_plus.extension import Service

service = Service(
    "application-autoscaling",
    ApplicationAutoScalingResponse,
    lambda answering: answering.applicationautoscaling_backend,
)


@service.repairs("RegisterScalableTarget")
def register_scalable_target(call, moto):
    answer = moto()
    if tags := call.get("Tags"):
        call.table("tags").setdefault(json.loads(answer)["ScalableTargetARN"], {}).update(tags)
    return answer


@service.adds("ListTagsForResource")
def list_tags_for_resource(call):
    return {"Tags": call.table("tags").get(call["ResourceARN"], {})}


@service.adds("TagResource")
def tag_resource(call):
    call.table("tags").setdefault(call["ResourceARN"], {}).update(call["Tags"])
    return {}


@service.adds("UntagResource")
def untag_resource(call):
    tags = call.table("tags").get(call["ResourceARN"], {})
    for key in call["TagKeys"]:
        tags.pop(key, None)
    return {}


@service.adds("DescribeScalingActivities")
def describe_scaling_activities(_call):
    return {"ScalingActivities": []}
