mock_provider "aws" {}

variables {
  name = "storymagic"
}

run "a_name_with_a_blank_is_refused" {
  command = plan

  variables {
    name = "story magic"
  }

  expect_failures = [var.name]
}

run "an_address_without_a_host_is_refused" {
  command = plan

  variables {
    topics = { alerts = { emails = ["ops"] } }
  }

  expect_failures = [var.topics]
}

run "a_plain_http_subscriber_is_refused" {
  command = plan

  variables {
    topics = { alerts = { https = ["http://hooks.example.com"] } }
  }

  expect_failures = [var.topics]
}

run "eventbridge_among_the_publishers_is_refused" {
  command = plan

  variables {
    topics = { alerts = { publishers = ["events.amazonaws.com"] } }
  }

  expect_failures = [var.topics]
}

run "an_alias_as_key_is_refused" {
  command = plan

  variables {
    encryption = { kms_key_arn = "alias/aws/sns" }
  }

  expect_failures = [var.encryption]
}

run "a_retention_that_cloudwatch_lacks_is_refused" {
  command = plan

  variables {
    log_groups = { "/app" = { retention_days = 31 } }
  }

  expect_failures = [var.log_groups]
}

run "a_fourth_dimension_is_refused" {
  command = plan

  variables {
    metric_filters = { a = { log_group_name = "g", pattern = "x", namespace = "N", metric = "m", dimensions = { a = "$.a", b = "$.b", c = "$.c", d = "$.d" } } }
  }

  expect_failures = [var.metric_filters]
}

run "a_default_for_a_dimension_is_refused" {
  command = plan

  variables {
    metric_filters = { a = { log_group_name = "g", pattern = "x", namespace = "N", metric = "m", dimensions = { a = "$.a" }, default_value = 0 } }
  }

  expect_failures = [var.metric_filters]
}

run "a_namespace_of_aws_is_refused" {
  command = plan

  variables {
    metric_filters = { a = { log_group_name = "g", pattern = "x", namespace = "AWS/ECS", metric = "m" } }
  }

  expect_failures = [var.metric_filters]
}

run "an_alarm_on_nothing_is_refused" {
  command = plan

  variables {
    alarms = { cpu = { description = "CPU", threshold = 80, evaluation_periods = 1 } }
  }

  expect_failures = [var.alarms]
}

run "metrics_without_an_expression_are_refused" {
  command = plan

  variables {
    alarms = { cpu = { description = "CPU", threshold = 80, metric = { namespace = "AWS/ECS", name = "CPUUtilization" }, metrics = { a = { namespace = "N", name = "m" } } } }
  }

  expect_failures = [var.alarms]
}

run "an_id_that_metric_math_cannot_read_is_refused" {
  command = plan

  variables {
    alarms = { cpu = { description = "CPU", threshold = 80, expression = "A", metrics = { A = { namespace = "N", name = "m" } } } }
  }

  expect_failures = [var.alarms]
}

run "an_unknown_comparison_is_refused" {
  command = plan

  variables {
    alarms = { cpu = { description = "CPU", threshold = 80, metric = { namespace = "AWS/ECS", name = "CPUUtilization" }, comparison = ">" } }
  }

  expect_failures = [var.alarms]
}

run "a_crooked_period_is_refused" {
  command = plan

  variables {
    alarms = { cpu = { description = "CPU", threshold = 80, metric = { namespace = "AWS/ECS", name = "CPUUtilization" }, period_seconds = 45 } }
  }

  expect_failures = [var.alarms]
}

run "looking_back_more_than_a_week_is_refused" {
  command = plan

  variables {
    alarms = { cpu = { description = "CPU", threshold = 80, metric = { namespace = "AWS/ECS", name = "CPUUtilization" }, period_seconds = 86400, evaluation_periods = 8 } }
  }

  expect_failures = [var.alarms]
}

run "more_datapoints_than_periods_are_refused" {
  command = plan

  variables {
    alarms = { cpu = { description = "CPU", threshold = 80, metric = { namespace = "AWS/ECS", name = "CPUUtilization" }, datapoints_to_alarm = 2 } }
  }

  expect_failures = [var.alarms]
}

run "an_unknown_treatment_of_missing_data_is_refused" {
  command = plan

  variables {
    alarms = { cpu = { description = "CPU", threshold = 80, metric = { namespace = "AWS/ECS", name = "CPUUtilization" }, missing_data = "zero" } }
  }

  expect_failures = [var.alarms]
}

run "an_unknown_statistic_is_refused" {
  command = plan

  variables {
    alarms = { cpu = { description = "CPU", threshold = 80, metric = { namespace = "AWS/ECS", name = "CPUUtilization", statistic = "Mean" } } }
  }

  expect_failures = [var.alarms]
}

run "an_alarm_for_an_unknown_topic_is_refused" {
  command = plan

  variables {
    alarms = { cpu = { description = "CPU", threshold = 80, metric = { namespace = "AWS/ECS", name = "CPUUtilization" }, notify = ["nobody"] } }
  }

  expect_failures = [var.alarms]
}

run "a_composite_alarm_with_the_name_of_an_alarm_is_refused" {
  command = plan

  variables {
    alarms           = { cpu = { description = "CPU", threshold = 80, metric = { namespace = "AWS/ECS", name = "CPUUtilization" } } }
    composite_alarms = { cpu = { description = "x", any_of = ["cpu"] } }
  }

  expect_failures = [var.composite_alarms]
}

run "a_composite_alarm_over_nothing_is_refused" {
  command = plan

  variables {
    composite_alarms = { all = { description = "x" } }
  }

  expect_failures = [var.composite_alarms]
}

run "a_composite_alarm_over_unknown_alarms_is_refused" {
  command = plan

  variables {
    composite_alarms = { all = { description = "x", any_of = ["cpu"] } }
  }

  expect_failures = [var.composite_alarms]
}

run "a_composite_alarm_for_an_unknown_topic_is_refused" {
  command = plan

  variables {
    alarms           = { cpu = { description = "CPU", threshold = 80, metric = { namespace = "AWS/ECS", name = "CPUUtilization" } } }
    composite_alarms = { all = { description = "x", any_of = ["cpu"], notify = ["nobody"] } }
  }

  expect_failures = [var.composite_alarms]
}

run "a_widget_with_nothing_in_it_is_refused" {
  command = plan

  variables {
    dashboards = { main = [{ title = "CPU", width = 6 }] }
  }

  expect_failures = [var.dashboards]
}

run "a_metric_without_a_name_is_refused" {
  command = plan

  variables {
    dashboards = { main = [{ title = "CPU", metrics = [{ namespace = "AWS/ECS" }] }] }
  }

  expect_failures = [var.dashboards]
}

run "a_widget_wider_than_the_grid_is_refused" {
  command = plan

  variables {
    dashboards = { main = [{ title = "CPU", width = 25, markdown = "x" }] }
  }

  expect_failures = [var.dashboards]
}

run "a_query_over_no_group_is_refused" {
  command = plan

  variables {
    dashboards = { main = [{ title = "CPU", query = "limit 1" }] }
  }

  expect_failures = [var.dashboards]
}

run "a_widget_with_an_unknown_alarm_is_refused" {
  command = plan

  variables {
    dashboards = { main = [{ title = "CPU", alarms = ["cpu"] }] }
  }

  expect_failures = [var.dashboards]
}

run "an_event_of_no_kind_is_refused" {
  command = plan

  variables {
    topics = { alerts = {} }
    events = { a = { description = "x", notify = "alerts" } }
  }

  expect_failures = [var.events]
}

run "an_event_pattern_that_is_no_json_is_refused" {
  command = plan

  variables {
    topics = { alerts = {} }
    events = { a = { description = "x", notify = "alerts", pattern = "source" } }
  }

  expect_failures = [var.events]
}

run "an_event_for_an_unknown_topic_is_refused" {
  command = plan

  variables {
    events = { a = { description = "x", notify = "nobody", schedule = "rate(1 day)" } }
  }

  expect_failures = [var.events]
}

run "a_rate_above_one_is_refused" {
  command = plan

  variables {
    xray = { sampling_rules = { all = { rate = 10 } } }
  }

  expect_failures = [var.xray]
}

run "a_rule_name_longer_than_xray_takes_is_refused" {
  command = plan

  variables {
    xray = { groups = { a-group-with-a-name-that-is-too-long = { filter = "error" } } }
  }

  expect_failures = [var.xray]
}

run "a_priority_that_xray_lacks_is_refused" {
  command = plan

  variables {
    xray = { sampling_rules = { all = { rate = 1, priority = 0 } } }
  }

  expect_failures = [var.xray]
}
