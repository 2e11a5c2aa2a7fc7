mock_provider "aws" {
  mock_resource "aws_ce_anomaly_monitor" {
    defaults = { arn = "arn:aws:ce::123456789012:anomalymonitor/00000000-0000-0000-0000-000000000000" }
  }
}

variables {
  channels = { team = { emails = ["ops@example.com"] } }
  budgets  = { storymagic = { amount = 400 } }
}

run "a_budget_alone_warns_at_80_90_and_100_percent_of_gross_spend" {
  command = apply

  assert {
    condition     = aws_budgets_budget.this["storymagic"].limit_amount == "400" && aws_budgets_budget.this["storymagic"].limit_unit == "USD" && aws_budgets_budget.this["storymagic"].time_unit == "MONTHLY"
    error_message = "The budget must be 400 USD a month."
  }

  assert {
    condition     = toset([for notification in aws_budgets_budget.this["storymagic"].notification : notification.threshold]) == toset([80, 90, 100])
    error_message = "The thresholds must be 80, 90 and 100 percent."
  }

  assert {
    condition = alltrue([for notification in aws_budgets_budget.this["storymagic"].notification :
      notification.threshold_type == "PERCENTAGE" && notification.notification_type == "ACTUAL" && notification.subscriber_email_addresses == toset(["ops@example.com"])
    ])
    error_message = "Every threshold must reach every channel on actual spend."
  }

  assert {
    condition     = !aws_budgets_budget.this["storymagic"].cost_types[0].include_credit && !aws_budgets_budget.this["storymagic"].cost_types[0].include_refund
    error_message = "Credits and refunds must not hide spend."
  }

  assert {
    condition     = length(aws_budgets_budget.this["storymagic"].cost_filter) == 0 && length(aws_budgets_budget_action.this) == 0 && length(aws_ce_anomaly_monitor.this) == 0 && length(aws_ce_cost_allocation_tag.this) == 0
    error_message = "Filters, actions, anomalies and cost tags must be off unless asked for."
  }
}

run "every_switch_reaches_its_resource" {
  command = apply

  variables {
    channels = {
      team   = { emails = ["ops@example.com"] }
      oncall = { sns_topic_arn = "arn:aws:sns:eu-central-1:123456789012:oncall" }
    }
    budgets = {
      storymagic = {
        amount          = 300.5
        currency        = "EUR"
        period          = "QUARTERLY"
        include_credits = true
        thresholds = [
          { percent = 95, notify = ["oncall"] },
          { percent = 100, basis = "forecasted", notify = ["team"] },
        ]
        only = {
          services = ["Amazon Relational Database Service"]
          accounts = ["123456789012"]
          regions  = ["eu-central-1"]
          tags     = { Environment = ["production"], Project = ["storymagic"] }
        }
      }
    }
    actions = {
      deny = {
        budget             = "storymagic"
        percent            = 100
        approval           = "AUTOMATIC"
        execution_role_arn = "arn:aws:iam::123456789012:role/budget"
        notify             = ["team"]
        attach_policy      = { policy_arn = "arn:aws:iam::123456789012:policy/deny", roles = ["api-task"] }
      }
      stop = {
        budget             = "storymagic"
        percent            = 110
        execution_role_arn = "arn:aws:iam::123456789012:role/budget"
        stop_instances     = { service = "RDS", region = "eu-central-1", instance_ids = ["storymagic-db"] }
      }
    }
    anomalies            = { name = "spend", minimum_impact = 20, channel = "team" }
    cost_allocation_tags = ["Environment", "Component", "Project"]
    tags                 = { Component = "api" }
  }

  assert {
    condition     = output.budget_arns == run.a_budget_alone_warns_at_80_90_and_100_percent_of_gross_spend.budget_arns
    error_message = "A budget must survive a change of amount, thresholds, filters and tags."
  }

  assert {
    condition     = aws_budgets_budget.this["storymagic"].limit_amount == "300.5" && aws_budgets_budget.this["storymagic"].limit_unit == "EUR" && aws_budgets_budget.this["storymagic"].cost_types[0].include_credit
    error_message = "Amount, currency and credits must reach the budget."
  }

  assert {
    condition = toset([for notification in aws_budgets_budget.this["storymagic"].notification :
      join(" ", concat([tostring(notification.threshold), notification.notification_type], tolist(notification.subscriber_email_addresses), tolist(notification.subscriber_sns_topic_arns)))
    ]) == toset(["95 ACTUAL arn:aws:sns:eu-central-1:123456789012:oncall", "100 FORECASTED ops@example.com"])
    error_message = "Each threshold must reach the channels that it names."
  }

  assert {
    condition = { for filter in aws_budgets_budget.this["storymagic"].cost_filter : filter.name => filter.values } == {
      Service       = tolist(["Amazon Relational Database Service"])
      LinkedAccount = tolist(["123456789012"])
      Region        = tolist(["eu-central-1"])
      TagKeyValue   = tolist(["user:Environment$production", "user:Project$storymagic"])
    }
    error_message = "Each filter must have AWS's name and form."
  }

  assert {
    condition     = aws_budgets_budget_action.this["deny"].action_type == "APPLY_IAM_POLICY" && aws_budgets_budget_action.this["deny"].approval_model == "AUTOMATIC" && aws_budgets_budget_action.this["deny"].definition[0].iam_action_definition[0].roles == toset(["api-task"]) && one(aws_budgets_budget_action.this["deny"].subscriber).address == "ops@example.com"
    error_message = "The deny action must attach its policy and tell the team."
  }

  assert {
    condition     = aws_budgets_budget_action.this["stop"].action_type == "RUN_SSM_DOCUMENTS" && aws_budgets_budget_action.this["stop"].approval_model == "MANUAL" && aws_budgets_budget_action.this["stop"].definition[0].ssm_action_definition[0].action_sub_type == "STOP_RDS_INSTANCES" && length(aws_budgets_budget_action.this["stop"].subscriber) == 2
    error_message = "The stop action must stop RDS after an approval and tell every channel."
  }

  assert {
    condition     = aws_ce_anomaly_subscription.this[0].frequency == "DAILY" && one(aws_ce_anomaly_subscription.this[0].subscriber).type == "EMAIL" && aws_ce_anomaly_subscription.this[0].threshold_expression[0].dimension[0].values == toset(["20"])
    error_message = "Anomalies from 20 on must be mailed daily."
  }

  assert {
    condition     = toset([for tag in aws_ce_cost_allocation_tag.this : "${tag.tag_key} ${tag.status}"]) == toset(["Environment Active", "Component Active", "Project Active"])
    error_message = "The cost tags must be active."
  }
}

run "immediate_anomalies_go_to_the_topic" {
  command = plan

  variables {
    channels  = { oncall = { sns_topic_arn = "arn:aws:sns:eu-central-1:123456789012:oncall" } }
    anomalies = { name = "spend", minimum_impact = 20, frequency = "IMMEDIATE", channel = "oncall" }
  }

  assert {
    condition     = one(aws_ce_anomaly_subscription.this[0].subscriber).type == "SNS"
    error_message = "AWS sends immediate anomalies to a topic only."
  }
}
