"""CloudWatch: composite alarms, which are stored and never evaluated."""

from moto.cloudwatch.responses import CloudWatchResponse

from moto_plus.extension import Service

service = Service("cloudwatch", CloudWatchResponse, lambda answering: answering.cloudwatch_backend)


@service.adds("PutCompositeAlarm")
def put_composite_alarm(call):
    call.backend.put_metric_alarm(
        name=call["AlarmName"],
        rule=call["AlarmRule"],
        description=call.get("AlarmDescription"),
        actions_enabled=call.get("ActionsEnabled", True),
        alarm_actions=call.get("AlarmActions", []),
        ok_actions=call.get("OKActions", []),
        insufficient_data_actions=call.get("InsufficientDataActions", []),
        tags=call.get("Tags", []),
        **dict.fromkeys(("namespace", "metric_name", "comparison_operator", "evaluation_periods", "period")),
        **dict.fromkeys(("threshold", "statistic")),
        dimensions=[],
    )
    return {}
