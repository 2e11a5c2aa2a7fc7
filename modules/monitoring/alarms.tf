resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = var.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  evaluation_periods  = each.value.evaluation_periods
  datapoints_to_alarm = each.value.datapoints_to_alarm
  treat_missing_data  = each.value.missing_data
  alarm_actions       = setunion([for topic in each.value.notify : aws_sns_topic.this[topic].arn], each.value.actions)
  ok_actions          = [for topic in each.value.notify : aws_sns_topic.this[topic].arn if each.value.notify_recovery]
  tags                = merge(var.tags, each.value.tags)

  namespace          = one(each.value.metric[*].namespace)
  metric_name        = one(each.value.metric[*].name)
  dimensions         = one(each.value.metric[*].dimensions)
  unit               = one(each.value.metric[*].unit)
  period             = each.value.metric == null ? null : each.value.period_seconds
  statistic          = one([for metric in each.value.metric[*] : metric.statistic if contains(local.basic_statistics, metric.statistic)])
  extended_statistic = one([for metric in each.value.metric[*] : metric.statistic if !contains(local.basic_statistics, metric.statistic)])

  dynamic "metric_query" {
    for_each = each.value.metrics

    content {
      id          = metric_query.key
      return_data = false

      metric {
        namespace   = metric_query.value.namespace
        metric_name = metric_query.value.name
        dimensions  = metric_query.value.dimensions
        stat        = metric_query.value.statistic
        period      = each.value.period_seconds
      }
    }
  }

  dynamic "metric_query" {
    for_each = each.value.expression[*]

    content {
      id          = "result"
      expression  = metric_query.value
      label       = each.key
      return_data = true
    }
  }
}

resource "aws_cloudwatch_composite_alarm" "this" {
  for_each = var.composite_alarms

  alarm_name        = "${var.name}-${each.key}"
  alarm_description = each.value.description
  alarm_actions     = [for topic in each.value.notify : aws_sns_topic.this[topic].arn]
  ok_actions        = [for topic in each.value.notify : aws_sns_topic.this[topic].arn]
  tags              = var.tags

  alarm_rule = join(" AND ", [
    for rule in [
      join(" OR ", [for name in sort(each.value.any_of) : "ALARM(\"${local.alarm_arns[name]}\")"]),
      join(" AND ", [for name in sort(each.value.all_of) : "ALARM(\"${local.alarm_arns[name]}\")"]),
    ] : "(${rule})" if rule != ""
  ])

  # The rule names alarms by ARN, which the graph does not see.
  depends_on = [aws_cloudwatch_metric_alarm.this]
}
