"""CloudWatch."""

from moto_plus.tests.check import check


@check
def a_composite_alarm_is_stored(aws):
    rule = "ALARM(cpu) AND ALARM(memory)"
    aws.cloudwatch.put_composite_alarm(AlarmName="both", AlarmRule=rule, AlarmDescription="d", Tags=[{"Key": "a", "Value": "1"}])
    found = aws.cloudwatch.describe_alarms(AlarmNames=["both"], AlarmTypes=["CompositeAlarm"])
    assert found["MetricAlarms"] == []
    (alarm,) = found["CompositeAlarms"]
    assert (alarm["AlarmRule"], alarm["AlarmDescription"]) == (rule, "d")
    tags = aws.cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
    assert tags == [{"Key": "a", "Value": "1"}]
