"""Cost Explorer."""

from moto_plus.tests.check import check

MONITOR = {"MonitorName": "services", "MonitorType": "DIMENSIONAL", "MonitorDimension": "SERVICE"}


@check
def an_anomaly_monitor_is_made_renamed_and_deleted(aws):
    arn = aws.ce.create_anomaly_monitor(AnomalyMonitor=MONITOR, ResourceTags=[{"Key": "a", "Value": "1"}])["MonitorArn"]
    aws.ce.update_anomaly_monitor(MonitorArn=arn, MonitorName="renamed")
    (monitor,) = aws.ce.get_anomaly_monitors(MonitorArnList=[arn])["AnomalyMonitors"]
    assert (monitor["MonitorName"], monitor["MonitorDimension"]) == ("renamed", "SERVICE")
    assert aws.ce.list_tags_for_resource(ResourceArn=arn)["ResourceTags"] == [{"Key": "a", "Value": "1"}]
    aws.ce.delete_anomaly_monitor(MonitorArn=arn)
    assert arn not in [one["MonitorArn"] for one in aws.ce.get_anomaly_monitors()["AnomalyMonitors"]]


@check
def an_anomaly_subscription_is_made_changed_and_deleted(aws):
    monitor = aws.ce.create_anomaly_monitor(AnomalyMonitor={**MONITOR, "MonitorName": "watched"})["MonitorArn"]
    asked = {
        "SubscriptionName": "daily",
        "MonitorArnList": [monitor],
        "Subscribers": [{"Type": "EMAIL", "Address": "one@example.com"}],
        "Frequency": "DAILY",
    }
    arn = aws.ce.create_anomaly_subscription(AnomalySubscription=asked)["SubscriptionArn"]
    aws.ce.update_anomaly_subscription(SubscriptionArn=arn, Frequency="WEEKLY")
    (found,) = aws.ce.get_anomaly_subscriptions(MonitorArn=monitor)["AnomalySubscriptions"]
    assert (found["SubscriptionName"], found["Frequency"], found["AccountId"]) == ("daily", "WEEKLY", aws.account)
    aws.ce.delete_anomaly_subscription(SubscriptionArn=arn)
    assert aws.ce.get_anomaly_subscriptions(MonitorArn=monitor)["AnomalySubscriptions"] == []


@check
def a_cost_allocation_tag_is_activated(aws):
    asked = [{"TagKey": "Component", "Status": "Active"}]
    assert aws.ce.update_cost_allocation_tags_status(CostAllocationTagsStatus=asked)["Errors"] == []
    (tag,) = aws.ce.list_cost_allocation_tags(TagKeys=["Component"], Status="Active")["CostAllocationTags"]
    assert (tag["TagKey"], tag["Type"]) == ("Component", "UserDefined")
    assert aws.ce.list_cost_allocation_tags(TagKeys=["Component"], Status="Inactive")["CostAllocationTags"] == []
