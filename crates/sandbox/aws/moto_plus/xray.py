"""X-Ray: sampling rules, groups, their tags."""

import time

from moto.core.responses import BaseResponse
from moto.xray.models import xray_backends

from moto_plus.extension import Refusal, Service, dict_to_tags, tags_to_dict


class XRayConfiguration(BaseResponse):
    """Beside moto's own class, which takes a request's path for the name of its operation."""

    def __init__(self):
        super().__init__(service_name="xray")


service = Service(
    "xray",
    XRayConfiguration,
    lambda answering: xray_backends[answering.current_account][answering.region],
    package="xray",
)


def arn(call, kind, name):
    return f"arn:aws:xray:{call.region}:{call.account}:{kind}/{name}"


def named(call, table, name_parameter, arn_parameter):
    """Rules and groups are found by name or by ARN."""
    name = call.get(name_parameter) or call[arn_parameter].split("/")[1]
    if name not in call.table(table):
        raise Refusal("InvalidRequestException", f"{name} does not exist.")
    return name


@service.adds("CreateSamplingRule")
def create_sampling_rule(call):
    rule = call["SamplingRule"]
    name = rule["RuleName"]
    if name in call.table("rules"):
        raise Refusal("InvalidRequestException", f"The sampling rule {name} exists already.")
    rule = {"Attributes": {}, **rule, "RuleARN": arn(call, "sampling-rule", name)}
    call.table("rules")[name] = {"SamplingRule": rule, "CreatedAt": time.time(), "ModifiedAt": time.time()}
    call.table("tags")[rule["RuleARN"]] = tags_to_dict(call.get("Tags"))
    return {"SamplingRuleRecord": call.table("rules")[name]}


@service.adds("GetSamplingRules")
def get_sampling_rules(call):
    return {"SamplingRuleRecords": list(call.table("rules").values())}


@service.adds("UpdateSamplingRule")
def update_sampling_rule(call):
    update = call["SamplingRuleUpdate"]
    name = update.get("RuleName") or update["RuleARN"].split("/")[1]
    record = call.table("rules").get(name)
    if record is None:
        raise Refusal("InvalidRequestException", f"{name} does not exist.")
    record["SamplingRule"].update(update)
    record["ModifiedAt"] = time.time()
    return {"SamplingRuleRecord": record}


@service.adds("DeleteSamplingRule")
def delete_sampling_rule(call):
    return {"SamplingRuleRecord": call.table("rules").pop(named(call, "rules", "RuleName", "RuleARN"))}


@service.adds("CreateGroup")
def create_group(call):
    name = call["GroupName"]
    if name in call.table("groups"):
        raise Refusal("InvalidRequestException", f"The group {name} exists already.")
    group = {**call.given("GroupName", "FilterExpression"), "GroupARN": arn(call, "group", name)}
    group["InsightsConfiguration"] = insights(call)
    call.table("groups")[name] = group
    call.table("tags")[group["GroupARN"]] = tags_to_dict(call.get("Tags"))
    return {"Group": group}


def insights(call):
    return {"InsightsEnabled": False, "NotificationsEnabled": False, **call.get("InsightsConfiguration", {})}


@service.adds("GetGroup")
def get_group(call):
    return {"Group": call.table("groups")[named(call, "groups", "GroupName", "GroupARN")]}


@service.adds("GetGroups")
def get_groups(call):
    return {"Groups": list(call.table("groups").values())}


@service.adds("UpdateGroup")
def update_group(call):
    group = call.table("groups")[named(call, "groups", "GroupName", "GroupARN")]
    group.update(call.given("FilterExpression"), InsightsConfiguration=insights(call))
    return {"Group": group}


@service.adds("DeleteGroup")
def delete_group(call):
    del call.table("groups")[named(call, "groups", "GroupName", "GroupARN")]
    return {}


@service.adds("ListTagsForResource")
def list_tags_for_resource(call):
    return {"Tags": dict_to_tags(call.table("tags").get(call["ResourceARN"], {}))}


@service.adds("TagResource")
def tag_resource(call):
    call.table("tags").setdefault(call["ResourceARN"], {}).update(tags_to_dict(call["Tags"]))
    return {}


@service.adds("UntagResource")
def untag_resource(call):
    tags = call.table("tags").get(call["ResourceARN"], {})
    for key in call["TagKeys"]:
        tags.pop(key, None)
    return {}
