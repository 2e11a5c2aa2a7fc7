data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.id

  # Written from their names, so that dashboards and composite alarms can be read in the plan.
  alarm_arns = { for name in keys(var.alarms) : name => "arn:${local.partition}:cloudwatch:${local.region}:${local.account_id}:alarm:${var.name}-${name}" }

  basic_statistics = ["Average", "Sum", "Minimum", "Maximum", "SampleCount"]
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = var.log_groups

  name              = each.key
  retention_in_days = each.value.retention_days
  kms_key_id        = each.value.kms_key_arn
  tags              = merge(var.tags, each.value.tags)
}

resource "aws_cloudwatch_log_metric_filter" "this" {
  for_each = var.metric_filters

  name           = each.key
  log_group_name = each.value.log_group_name
  pattern        = each.value.pattern

  metric_transformation {
    namespace     = each.value.namespace
    name          = each.value.metric
    value         = each.value.value
    unit          = each.value.unit
    dimensions    = length(each.value.dimensions) > 0 ? each.value.dimensions : null
    default_value = each.value.default_value
  }

  # The filter may read a group that is made here and given by its name only.
  depends_on = [aws_cloudwatch_log_group.this]
}

resource "aws_cloudwatch_query_definition" "this" {
  for_each = var.queries

  name            = "${var.name}/${each.key}"
  log_group_names = each.value.log_group_names
  query_string    = each.value.query

  depends_on = [aws_cloudwatch_log_group.this]
}

resource "aws_xray_sampling_rule" "this" {
  for_each = var.xray.sampling_rules

  rule_name      = each.key
  version        = 1
  resource_arn   = "*"
  fixed_rate     = each.value.rate
  reservoir_size = each.value.reservoir
  priority       = each.value.priority
  service_name   = each.value.service_name
  service_type   = each.value.service_type
  host           = each.value.host
  http_method    = each.value.http_method
  url_path       = each.value.url_path
  tags           = var.tags
}

resource "aws_xray_group" "this" {
  for_each = var.xray.groups

  group_name        = each.key
  filter_expression = each.value.filter
  tags              = var.tags

  insights_configuration {
    insights_enabled      = each.value.insights
    notifications_enabled = false
  }
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = var.events

  name                = "${var.name}-${each.key}"
  description         = each.value.description
  event_pattern       = each.value.pattern
  schedule_expression = each.value.schedule
  tags                = var.tags
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = var.events

  rule = aws_cloudwatch_event_rule.this[each.key].name
  arn  = aws_sns_topic.this[each.value.notify].arn
}
