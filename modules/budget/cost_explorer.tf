resource "aws_ce_cost_allocation_tag" "this" {
  for_each = var.cost_allocation_tags

  tag_key = each.value
  status  = "Active"
}

resource "aws_ce_anomaly_monitor" "this" {
  count = var.anomalies == null ? 0 : 1

  name              = var.anomalies.name
  monitor_type      = "DIMENSIONAL"
  monitor_dimension = "SERVICE"
  tags              = var.tags
}

resource "aws_ce_anomaly_subscription" "this" {
  count = var.anomalies == null ? 0 : 1

  name             = var.anomalies.name
  frequency        = var.anomalies.frequency
  monitor_arn_list = [aws_ce_anomaly_monitor.this[0].arn]
  tags             = var.tags

  dynamic "subscriber" {
    for_each = var.anomalies.frequency == "IMMEDIATE" ? [] : var.channels[var.anomalies.channel].emails

    content {
      type    = "EMAIL"
      address = subscriber.value
    }
  }

  dynamic "subscriber" {
    for_each = var.anomalies.frequency == "IMMEDIATE" ? [var.channels[var.anomalies.channel].sns_topic_arn] : []

    content {
      type    = "SNS"
      address = subscriber.value
    }
  }

  threshold_expression {
    dimension {
      key           = "ANOMALY_TOTAL_IMPACT_ABSOLUTE"
      match_options = ["GREATER_THAN_OR_EQUAL"]
      values        = [tostring(var.anomalies.minimum_impact)]
    }
  }
}
