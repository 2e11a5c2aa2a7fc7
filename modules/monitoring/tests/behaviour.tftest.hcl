mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { id = "eu-central-1" }
  }
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-central-1:123456789012:topic" }
  }
}

variables {
  name = "storymagic"
}

run "nothing_is_made_unasked" {
  command = plan

  assert {
    condition     = length(aws_sns_topic.this) + length(aws_kms_key.topics) + length(aws_cloudwatch_metric_alarm.this) + length(aws_cloudwatch_dashboard.this) + length(aws_cloudwatch_log_group.this) + length(aws_xray_sampling_rule.this) == 0
    error_message = "A name alone must make nothing."
  }
}

run "a_topic_is_encrypted_and_open_to_its_publishers_only" {
  command = apply

  variables {
    topics = { alerts = { emails = ["ops@example.com"], https = ["https://hooks.example.com/a"], publishers = ["budgets.amazonaws.com"] } }
    alarms = {
      high-cpu = {
        description = "The service is short of CPU"
        metric      = { namespace = "AWS/ECS", name = "CPUUtilization", dimensions = { ClusterName = "production", ServiceName = "api" } }
        threshold   = 80
        notify      = ["alerts"]
      }
    }
  }

  assert {
    condition     = aws_sns_topic.this["alerts"].kms_master_key_id == aws_kms_key.topics[0].key_id && aws_kms_key.topics[0].enable_key_rotation
    error_message = "The topic must be encrypted with a rotating key."
  }

  assert {
    condition     = jsondecode(aws_kms_key.topics[0].policy).Statement[1].Principal.Service == ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]
    error_message = "Exactly the publishers must be able to use the key."
  }

  assert {
    condition     = jsondecode(aws_sns_topic_policy.this["alerts"].policy).Statement[0].Principal.Service == ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"] && jsondecode(aws_sns_topic_policy.this["alerts"].policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "123456789012"
    error_message = "Exactly the publishers of this account must be able to publish."
  }

  assert {
    condition     = toset([for subscription in aws_sns_topic_subscription.this : "${subscription.protocol} ${subscription.endpoint}"]) == toset(["email ops@example.com", "https https://hooks.example.com/a"])
    error_message = "Every subscriber must get its subscription."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["high-cpu"].alarm_name == "storymagic-high-cpu" && aws_cloudwatch_metric_alarm.this["high-cpu"].statistic == "Average" && aws_cloudwatch_metric_alarm.this["high-cpu"].period == 60 && aws_cloudwatch_metric_alarm.this["high-cpu"].evaluation_periods == 1
    error_message = "An alarm must watch the average of one minute by default."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["high-cpu"].alarm_actions == toset([aws_sns_topic.this["alerts"].arn]) && aws_cloudwatch_metric_alarm.this["high-cpu"].ok_actions == toset([aws_sns_topic.this["alerts"].arn])
    error_message = "An alarm and its end must be told to the topics that it names."
  }
}

run "eventbridge_is_let_in_where_an_event_names_the_topic" {
  command = plan

  variables {
    topics = { alerts = {}, quiet = {} }
    events = { summary = { description = "Time for the summary", schedule = "rate(1 day)", notify = "alerts" } }
  }

  assert {
    condition     = [for statement in jsondecode(aws_sns_topic_policy.this["alerts"].policy).Statement : lookup(statement, "Condition", null) if statement.Sid == "PublishEvents"] == [null]
    error_message = "EventBridge must be let in without a condition: it drops its messages under one."
  }

  assert {
    condition     = length([for statement in jsondecode(aws_sns_topic_policy.this["quiet"].policy).Statement : statement if statement.Sid == "PublishEvents"]) == 0
    error_message = "A topic that no event names must stay closed to EventBridge."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_kms_key.topics[0].policy).Statement : statement.Condition if statement.Sid == "PublishEventsToEncryptedTopics"]) == { ArnEquals = { "kms:EncryptionContext:aws:sns:topicArn" = ["arn:aws:sns:eu-central-1:123456789012:storymagic-alerts"] } }
    error_message = "EventBridge may use the key for that topic only."
  }
}

run "every_switch_reaches_its_resource" {
  command = apply

  variables {
    encryption = { enabled = false }
    topics     = { alerts = { emails = ["ops@example.com"], lambda_arns = ["arn:aws:lambda:eu-central-1:123456789012:function:chat"], sqs_arns = ["arn:aws:sqs:eu-central-1:123456789012:queue"] } }
    log_groups = { "/app/api" = { retention_days = 30, tags = { Component = "api" } } }
    metric_filters = {
      timeouts = { log_group_name = "/app/api", pattern = "{ $.event = \"timeout\" }", namespace = "StoryMagic", metric = "GenerationTimeouts", default_value = 0 }
      duration = { log_group_name = "/app/api", pattern = "{ $.seconds = * }", namespace = "StoryMagic", metric = "story_generation_time", value = "$.seconds", unit = "Seconds", dimensions = { theme = "$.theme" } }
    }
    alarms = {
      high-cpu = {
        description         = "The service is short of CPU"
        metric              = { namespace = "AWS/ECS", name = "CPUUtilization", statistic = "p95" }
        threshold           = 80
        evaluation_periods  = 5
        datapoints_to_alarm = 4
        missing_data        = "breaching"
        notify              = ["alerts"]
        notify_recovery     = false
        actions             = ["arn:aws:automate:eu-central-1:ec2:stop"]
        tags                = { Component = "api" }
      }
      timeout-rate = {
        description = "Too many stories time out"
        expression  = "100 * timeouts / attempts"
        metrics = {
          timeouts = { namespace = "StoryMagic", name = "GenerationTimeouts" }
          attempts = { namespace = "StoryMagic", name = "GenerationAttempts", dimensions = { theme = "all" }, statistic = "SampleCount" }
        }
        threshold      = 5
        comparison     = "GreaterThanOrEqualToThreshold"
        period_seconds = 600
      }
    }
    composite_alarms = { unwell = { description = "Slow and short of CPU", any_of = ["high-cpu", "timeout-rate"], all_of = ["high-cpu"], notify = ["alerts"] } }
    dashboards = {
      overview = [
        { title = "CPU", metrics = [{ namespace = "AWS/ECS", name = "CPUUtilization", dimensions = { ServiceName = "api" }, statistic = "p95", id = "cpu", visible = false }, { expression = "cpu / 100", label = "share" }] },
        { title = "Errors", width = 24, query = "filter level = 'error'", log_group_names = ["/app/api"] },
        { title = "Alarms", width = 6, alarms = ["high-cpu"] },
        { title = "Runbook", markdown = "Call the team." },
        { title = "CDN", region = "us-east-1", metrics = [{ namespace = "AWS/CloudFront", name = "Requests" }] },
      ]
    }
    queries = { "slow stories" = { log_group_names = ["/app/api"], query = "filter seconds > 10" } }
    events = {
      secret-read = { description = "A secret was read", pattern = "{\"source\":[\"aws.secretsmanager\"]}", notify = "alerts" }
      summary     = { description = "Time for the summary", schedule = "rate(1 day)", notify = "alerts" }
    }
    xray = {
      sampling_rules = { storymagic = { rate = 0.1, priority = 100 } }
      groups         = { slow = { filter = "responsetime > 5", insights = true } }
    }
    tags = { Project = "storymagic" }
  }

  assert {
    condition     = output.alarm_arns["high-cpu"] == run.a_topic_is_encrypted_and_open_to_its_publishers_only.alarm_arns["high-cpu"]
    error_message = "An alarm must survive a change of threshold, tags and neighbours."
  }

  assert {
    condition     = length(aws_kms_key.topics) == 0 && aws_sns_topic.this["alerts"].kms_master_key_id == null && length(aws_sns_topic_subscription.this) == 3
    error_message = "Encryption must be off when switched off, and every kind of subscriber be served."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this["/app/api"].retention_in_days == 30 && aws_cloudwatch_log_group.this["/app/api"].tags == tomap({ Project = "storymagic", Component = "api" })
    error_message = "A log group must have its retention and both sets of tags."
  }

  assert {
    condition     = aws_cloudwatch_log_metric_filter.this["duration"].metric_transformation[0].dimensions == tomap({ theme = "$.theme" }) && aws_cloudwatch_log_metric_filter.this["duration"].metric_transformation[0].unit == "Seconds" && aws_cloudwatch_log_metric_filter.this["timeouts"].metric_transformation[0].default_value == "0"
    error_message = "Dimensions, unit and default must reach the filter."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["high-cpu"].extended_statistic == "p95" && aws_cloudwatch_metric_alarm.this["high-cpu"].datapoints_to_alarm == 4 && aws_cloudwatch_metric_alarm.this["high-cpu"].treat_missing_data == "breaching" && length(aws_cloudwatch_metric_alarm.this["high-cpu"].ok_actions) == 0 && contains(aws_cloudwatch_metric_alarm.this["high-cpu"].alarm_actions, "arn:aws:automate:eu-central-1:ec2:stop")
    error_message = "Every option must reach the alarm."
  }

  assert {
    condition     = tomap({ for query in aws_cloudwatch_metric_alarm.this["timeout-rate"].metric_query : query.id => query.return_data }) == tomap({ timeouts = false, attempts = false, result = true })
    error_message = "Only the expression must be compared with the threshold."
  }

  assert {
    condition     = alltrue([for query in aws_cloudwatch_metric_alarm.this["timeout-rate"].metric_query : query.id == "result" ? query.expression == "100 * timeouts / attempts" : query.metric[0].period == 600])
    error_message = "The expression must be kept, and every series have the alarm's period."
  }

  assert {
    condition     = aws_cloudwatch_composite_alarm.this["unwell"].alarm_rule == "(ALARM(\"arn:aws:cloudwatch:eu-central-1:123456789012:alarm:storymagic-high-cpu\") OR ALARM(\"arn:aws:cloudwatch:eu-central-1:123456789012:alarm:storymagic-timeout-rate\")) AND (ALARM(\"arn:aws:cloudwatch:eu-central-1:123456789012:alarm:storymagic-high-cpu\"))"
    error_message = "The rule must join any_of by OR and all_of by AND."
  }

  assert {
    condition = [for widget in jsondecode(aws_cloudwatch_dashboard.this["overview"].dashboard_body).widgets : [widget.type, tostring(widget.width), join(" ", keys(widget.properties))]] == [
      ["metric", "12", "metrics period region stacked title view"],
      ["log", "24", "query region title view"],
      ["alarm", "6", "alarms title"],
      ["text", "12", "markdown"],
      ["metric", "12", "metrics period region stacked title view"],
    ]
    error_message = "Each widget must have the type and the properties of its content."
  }

  assert {
    condition     = jsonencode(jsondecode(aws_cloudwatch_dashboard.this["overview"].dashboard_body).widgets[0].properties.metrics) == jsonencode([["AWS/ECS", "CPUUtilization", "ServiceName", "api", { id = "cpu", stat = "p95", visible = false }], [{ expression = "cpu / 100", label = "share" }]])
    error_message = "A series must have the form that CloudWatch reads."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_dashboard.this["overview"].dashboard_body).widgets[1].properties.query == "SOURCE '/app/api' | filter level = 'error'" && jsondecode(aws_cloudwatch_dashboard.this["overview"].dashboard_body).widgets[4].properties.region == "us-east-1"
    error_message = "A query must name its groups, and a widget its region."
  }

  assert {
    condition     = aws_cloudwatch_query_definition.this["slow stories"].name == "storymagic/slow stories"
    error_message = "A saved query must lie in the folder of the system."
  }

  assert {
    condition     = aws_cloudwatch_event_rule.this["secret-read"].event_pattern == "{\"source\":[\"aws.secretsmanager\"]}" && aws_cloudwatch_event_rule.this["summary"].schedule_expression == "rate(1 day)" && aws_cloudwatch_event_target.this["summary"].arn == aws_sns_topic.this["alerts"].arn
    error_message = "Events must be matched and sent to their topic."
  }

  assert {
    condition     = aws_xray_sampling_rule.this["storymagic"].fixed_rate == 0.1 && aws_xray_sampling_rule.this["storymagic"].reservoir_size == 1 && aws_xray_sampling_rule.this["storymagic"].service_name == "*"
    error_message = "A tenth of all requests must be traced."
  }

  assert {
    condition     = aws_xray_group.this["slow"].filter_expression == "responsetime > 5" && aws_xray_group.this["slow"].insights_configuration[0].insights_enabled
    error_message = "A group must have its filter and its insights."
  }
}
