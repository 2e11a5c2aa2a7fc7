"""X-Ray."""

from moto_plus.tests.check import check

ANYTHING = dict.fromkeys(("ResourceARN", "ServiceName", "ServiceType", "Host", "HTTPMethod", "URLPath"), "*")
RULE = {"Priority": 100, "FixedRate": 0.05, "ReservoirSize": 1, "Version": 1, **ANYTHING}


@check
def a_sampling_rule_is_made_changed_and_deleted(aws):
    aws.xray.create_sampling_rule(SamplingRule={**RULE, "RuleName": "some"})
    aws.xray.update_sampling_rule(SamplingRuleUpdate={"RuleName": "some", "FixedRate": 0.1})
    records = aws.xray.get_sampling_rules()["SamplingRuleRecords"]
    (rule,) = [one["SamplingRule"] for one in records if one["SamplingRule"]["RuleName"] == "some"]
    assert (rule["FixedRate"], rule["Priority"]) == (0.1, 100)
    aws.xray.delete_sampling_rule(RuleName="some")
    records = aws.xray.get_sampling_rules()["SamplingRuleRecords"]
    assert "some" not in [one["SamplingRule"]["RuleName"] for one in records]


@check
def a_group_is_made_tagged_changed_and_deleted(aws):
    made = aws.xray.create_group(GroupName="slow", FilterExpression="responsetime > 5", Tags=[{"Key": "a", "Value": "1"}])
    arn = made["Group"]["GroupARN"]
    aws.xray.tag_resource(ResourceARN=arn, Tags=[{"Key": "b", "Value": "2"}])
    aws.xray.untag_resource(ResourceARN=arn, TagKeys=["a"])
    assert aws.xray.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
    aws.xray.update_group(GroupARN=arn, FilterExpression="responsetime > 2")
    group = aws.xray.get_group(GroupName="slow")["Group"]
    assert group["FilterExpression"] == "responsetime > 2"
    assert group["InsightsConfiguration"] == {"InsightsEnabled": False, "NotificationsEnabled": False}
    aws.xray.delete_group(GroupName="slow")
    assert "slow" not in [one["GroupName"] for one in aws.xray.get_groups()["Groups"]]
