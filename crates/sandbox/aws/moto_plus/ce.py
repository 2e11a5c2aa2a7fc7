"""Cost Explorer: anomaly monitors and subscriptions, cost allocation tags."""

import uuid
from datetime import datetime, timezone

from moto.ce.responses import CostExplorerResponse

from moto_plus.extension import Refusal, Service

service = Service("ce", CostExplorerResponse, lambda answering: answering.ce_backend)


def now():
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_arn(call, kind):
    return f"arn:aws:ce::{call.account}:{kind}/{uuid.uuid4()}"


def found(call, table, arn, error):
    if arn not in call.table(table):
        raise Refusal(error, f"{arn} does not exist.")
    return call.table(table)[arn]


@service.adds("CreateAnomalyMonitor")
def create_anomaly_monitor(call):
    arn = new_arn(call, "anomalymonitor")
    call.table("monitors")[arn] = {**call["AnomalyMonitor"], "MonitorArn": arn, "CreationDate": now()}
    if tags := call.get("ResourceTags"):
        call.backend.tag_resource(arn, tags)
    return {"MonitorArn": arn}


@service.adds("GetAnomalyMonitors")
def get_anomaly_monitors(call):
    arns = call.get("MonitorArnList") or list(call.table("monitors"))
    return {"AnomalyMonitors": [found(call, "monitors", arn, "UnknownMonitorException") for arn in arns]}


@service.adds("UpdateAnomalyMonitor")
def update_anomaly_monitor(call):
    monitor = found(call, "monitors", call["MonitorArn"], "UnknownMonitorException")
    monitor.update(call.given("MonitorName"), LastUpdatedDate=now())
    return call.given("MonitorArn")


@service.adds("DeleteAnomalyMonitor")
def delete_anomaly_monitor(call):
    found(call, "monitors", call["MonitorArn"], "UnknownMonitorException")
    del call.table("monitors")[call["MonitorArn"]]
    return {}


@service.adds("CreateAnomalySubscription")
def create_anomaly_subscription(call):
    subscription = call["AnomalySubscription"]
    for monitor in subscription["MonitorArnList"]:
        found(call, "monitors", monitor, "UnknownMonitorException")
    arn = new_arn(call, "anomalysubscription")
    call.table("subscriptions")[arn] = {**subscription, "SubscriptionArn": arn, "AccountId": call.account}
    if tags := call.get("ResourceTags"):
        call.backend.tag_resource(arn, tags)
    return {"SubscriptionArn": arn}


@service.adds("GetAnomalySubscriptions")
def get_anomaly_subscriptions(call):
    arns = call.get("SubscriptionArnList") or list(call.table("subscriptions"))
    subscriptions = [found(call, "subscriptions", arn, "UnknownSubscriptionException") for arn in arns]
    monitor = call.get("MonitorArn")
    return {"AnomalySubscriptions": [one for one in subscriptions if monitor in (None, *one["MonitorArnList"])]}


@service.adds("UpdateAnomalySubscription")
def update_anomaly_subscription(call):
    subscription = found(call, "subscriptions", call["SubscriptionArn"], "UnknownSubscriptionException")
    members = ("Threshold", "Frequency", "MonitorArnList", "Subscribers", "SubscriptionName", "ThresholdExpression")
    subscription.update(call.given(*members))
    return call.given("SubscriptionArn")


@service.adds("DeleteAnomalySubscription")
def delete_anomaly_subscription(call):
    found(call, "subscriptions", call["SubscriptionArn"], "UnknownSubscriptionException")
    del call.table("subscriptions")[call["SubscriptionArn"]]
    return {}


@service.adds("UpdateCostAllocationTagsStatus")
def update_cost_allocation_tags_status(call):
    """AWS refuses a key that no resource has carried for a day. Here every key is as good as seen."""
    for tag in call["CostAllocationTagsStatus"]:
        call.table("allocation_tags")[tag["TagKey"]] = {**tag, "Type": "UserDefined", "LastUpdatedDate": now()}
    return {"Errors": []}


@service.adds("ListCostAllocationTags")
def list_cost_allocation_tags(call):
    tags = call.table("allocation_tags").values()
    return {
        "CostAllocationTags": [
            tag
            for tag in tags
            if tag["TagKey"] in call.get("TagKeys", [tag["TagKey"]])
            and call.get("Status", tag["Status"]) == tag["Status"]
            and call.get("Type", tag["Type"]) == tag["Type"]
        ]
    }
