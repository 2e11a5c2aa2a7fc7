"""ElastiCache: parameter groups, user groups, subnet groups that go, and replication groups whose members can be read."""

import re

from moto.core.responses import ActionResult
from moto.elasticache.responses import ElastiCacheResponse

from moto_plus.extension import Refusal, Service, keep

service = Service("elasticache", ElastiCacheResponse, lambda answering: answering.elasticache_backend)


def arn(call, kind, name):
    return f"arn:aws:elasticache:{call.region}:{call.account}:{kind}:{name}"


def group_of(call):
    name = call["CacheParameterGroupName"]
    if name not in call.table("parameter_groups"):
        raise Refusal("CacheParameterGroupNotFound", f"CacheParameterGroup not found: {name}")
    return call.table("parameter_groups")[name]


@service.adds("CreateCacheParameterGroup")
def create_cache_parameter_group(call):
    name = call["CacheParameterGroupName"]
    if name in call.table("parameter_groups"):
        raise Refusal("CacheParameterGroupAlreadyExists", f"CacheParameterGroup {name} already exists.")
    members = call.given("CacheParameterGroupName", "CacheParameterGroupFamily", "Description")
    group = {**members, "IsGlobal": False, "ARN": arn(call, "parametergroup", name)}
    call.table("parameter_groups")[name] = group
    call.table("parameters")[name] = {}
    call.backend.tagging_service.tag_resource(group["ARN"], call.get("Tags", []))
    return {"CacheParameterGroup": group}


@service.adds("DescribeCacheParameterGroups")
def describe_cache_parameter_groups(call):
    named = call.get("CacheParameterGroupName")
    return {"CacheParameterGroups": [group_of(call)] if named else list(call.table("parameter_groups").values())}


@service.adds("ModifyCacheParameterGroup")
def modify_cache_parameter_group(call):
    name = group_of(call)["CacheParameterGroupName"]
    for parameter in call["ParameterNameValues"]:
        call.table("parameters")[name][parameter["ParameterName"]] = parameter["ParameterValue"]
    return {"CacheParameterGroupName": name}


@service.adds("ResetCacheParameterGroup")
def reset_cache_parameter_group(call):
    name = group_of(call)["CacheParameterGroupName"]
    parameters = call.table("parameters")[name]
    reset = [one["ParameterName"] for one in call.get("ParameterNameValues", [])]
    for parameter in list(parameters) if call.get("ResetAllParameters") else reset:
        parameters.pop(parameter, None)
    return {"CacheParameterGroupName": name}


@service.adds("DescribeCacheParameters")
def describe_cache_parameters(call):
    name = group_of(call)["CacheParameterGroupName"]
    parameters = call.table("parameters")[name].items()
    given = {"Source": "user", "IsModifiable": True}
    return {"Parameters": [{"ParameterName": key, "ParameterValue": value, **given} for key, value in parameters]}


@service.adds("DeleteCacheParameterGroup")
def delete_cache_parameter_group(call):
    name = group_of(call)["CacheParameterGroupName"]
    del call.table("parameter_groups")[name]
    del call.table("parameters")[name]
    return {}


@service.adds("CreateUserGroup")
def create_user_group(call):
    name = call["UserGroupId"]
    if name in call.table("user_groups"):
        raise Refusal("UserGroupAlreadyExists", f"User Group {name} already exists.")
    call.table("user_groups")[name] = {
        **call.given("UserGroupId", "Engine"),
        "UserIds": call.get("UserIds", []),
        "Status": "active",
        "MinimumEngineVersion": "6.0",
        "ReplicationGroups": [],
        "ARN": arn(call, "usergroup", name),
    }
    call.backend.tagging_service.tag_resource(arn(call, "usergroup", name), call.get("Tags", []))
    return call.table("user_groups")[name]


def user_group_of(call):
    name = call["UserGroupId"]
    if name not in call.table("user_groups"):
        raise Refusal("UserGroupNotFound", f"User Group {name} not found.")
    return call.table("user_groups")[name]


@service.adds("DescribeUserGroups")
def describe_user_groups(call):
    named = call.get("UserGroupId")
    return {"UserGroups": [user_group_of(call)] if named else list(call.table("user_groups").values())}


@service.adds("ModifyUserGroup")
def modify_user_group(call):
    group = user_group_of(call)
    kept = [user for user in group["UserIds"] if user not in call.get("UserIdsToRemove", [])]
    group["UserIds"] = kept + call.get("UserIdsToAdd", [])
    return group


@service.adds("DeleteUserGroup")
def delete_user_group(call):
    group = user_group_of(call)
    del call.table("user_groups")[group["UserGroupId"]]
    return {**group, "Status": "deleting"}


@service.adds("ModifyUser")
def modify_user(call):
    user = call.backend.users.get(call["UserId"])
    if user is None:
        raise Refusal("UserNotFound", f"User {call['UserId']} not found.")
    user.access_string = call.get("AccessString", user.access_string)
    return user


@service.adds("DeleteCacheSubnetGroup")
def delete_cache_subnet_group(call):
    name = call["CacheSubnetGroupName"]
    if call.backend.cache_subnet_groups.pop(name, None) is None:
        raise Refusal("CacheSubnetGroupNotFoundFault", f"CacheSubnetGroup {name} not found.")
    return {}


@service.repairs("ListTagsForResource")
def list_tags_for_resource(call, moto):
    """moto knows ARNs of five kinds of resources; parameter groups are a sixth."""
    call.backend.arn_regex = re.compile(r"^arn:aws[^:]*:elasticache:[^:]*:[0-9]*:[a-z]+:.+$")
    return moto()


@service.repairs("CreateReplicationGroup")
def create_replication_group(call, moto):
    """moto counts nodes by the replicas of node groups alone, which is the other way to ask for them."""
    if nodes := call.get("NumCacheClusters"):
        call.answering.params["ReplicasPerNodeGroup"] = nodes - 1
    answer = moto()
    group = answer.result["ReplicationGroup"]
    members = ("AtRestEncryptionEnabled", "TransitEncryptionEnabled", "TransitEncryptionMode", "KmsKeyId")
    keep(group, call, *members, "SnapshotWindow", "AutoMinorVersionUpgrade")
    return answer


@service.repairs("ModifyReplicationGroup")
def modify_replication_group(call, moto):
    answer = moto()
    members = ("PreferredMaintenanceWindow", "CacheParameterGroupName", "SecurityGroupIds", "NotificationTopicArn")
    settings = ("EngineVersion", "SnapshotWindow", "AutoMinorVersionUpgrade", "TransitEncryptionMode")
    keep(answer.result["ReplicationGroup"], call, *members, *settings)
    return answer


@service.repairs("DeleteReplicationGroup")
def delete_replication_group(call, moto):
    """moto leaves the group in `deleting` for ever."""
    answer = moto()
    del call.backend.replication_groups[call["ReplicationGroupId"]]
    return answer


@service.repairs("DescribeCacheClusters")
def describe_cache_clusters(call, moto):
    for group in call.backend.replication_groups.values():
        if call.get("CacheClusterId") in group.member_clusters:
            return ActionResult({"CacheClusters": [member(call, group)]})
    return moto()


def member(call, group):
    """A node of a replication group, as AWS describes it: everything but its name is the group's."""
    identifier = call["CacheClusterId"]
    return {
        "CacheClusterId": identifier,
        "CacheClusterStatus": "available",
        "ReplicationGroupId": group.replication_group_id,
        "ARN": arn(call, "cluster", identifier),
        "Engine": group.engine,
        "EngineVersion": group.engine_version,
        "CacheNodeType": group.cache_node_type,
        "NumCacheNodes": 1,
        "CacheClusterCreateTime": group.replication_group_create_time,
        "CacheSubnetGroupName": group.cache_subnet_group_name,
        "CacheParameterGroup": {
            "CacheParameterGroupName": group.cache_parameter_group_name,
            "ParameterApplyStatus": "in-sync",
            "CacheNodeIdsToReboot": [],
        },
        "SecurityGroups": [{"SecurityGroupId": one, "Status": "active"} for one in group.security_group_ids or []],
        "PreferredMaintenanceWindow": group.preferred_maintenance_window,
        "SnapshotWindow": group.snapshot_window,
        "SnapshotRetentionLimit": group.snapshot_retention_limit,
        "AutoMinorVersionUpgrade": group.auto_minor_version_upgrade,
        "AtRestEncryptionEnabled": group.at_rest_encryption_enabled,
        "TransitEncryptionEnabled": group.transit_encryption_enabled,
        "TransitEncryptionMode": group.transit_encryption_mode,
        "AuthTokenEnabled": group.auth_token_enabled,
        "NetworkType": group.network_type,
        "IpDiscovery": group.ip_discovery,
    }
