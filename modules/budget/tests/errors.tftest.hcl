mock_provider "aws" {}

variables {
  channels = { team = { emails = ["ops@example.com"] } }
  budgets  = { storymagic = { amount = 400 } }
}

run "a_name_with_a_colon_is_refused" {
  command = plan

  variables {
    budgets = { "story:magic" = { amount = 400 } }
  }

  expect_failures = [var.budgets]
}

run "an_amount_of_nothing_is_refused" {
  command = plan

  variables {
    budgets = { storymagic = { amount = 0 } }
  }

  expect_failures = [var.budgets]
}

run "an_unknown_period_is_refused" {
  command = plan

  variables {
    budgets = { storymagic = { amount = 1, period = "WEEKLY" } }
  }

  expect_failures = [var.budgets]
}

run "an_unknown_basis_is_refused" {
  command = plan

  variables {
    budgets = { storymagic = { amount = 1, thresholds = [{ percent = 80, basis = "guessed" }] } }
  }

  expect_failures = [var.budgets]
}

run "a_threshold_of_nothing_is_refused" {
  command = plan

  variables {
    budgets = { storymagic = { amount = 1, thresholds = [{ percent = 0 }] } }
  }

  expect_failures = [var.budgets]
}

run "the_same_threshold_twice_is_refused" {
  command = plan

  variables {
    budgets = { storymagic = { amount = 1, thresholds = [{ percent = 80 }, { percent = 80, notify = ["team"] }] } }
  }

  expect_failures = [var.budgets]
}

run "more_thresholds_than_aws_takes_are_refused" {
  command = plan

  variables {
    budgets = { storymagic = { amount = 1, thresholds = [for step in range(11) : { percent = 10 + step }] } }
  }

  expect_failures = [var.budgets]
}

run "a_forecast_of_a_day_is_refused" {
  command = plan

  variables {
    budgets = { storymagic = { amount = 1, period = "DAILY", thresholds = [{ percent = 80, basis = "forecasted" }] } }
  }

  expect_failures = [var.budgets]
}

run "an_unknown_channel_is_refused" {
  command = plan

  variables {
    budgets = { storymagic = { amount = 1, thresholds = [{ percent = 80, notify = ["nobody"] }] } }
  }

  expect_failures = [var.budgets]
}

run "thresholds_that_nobody_hears_of_are_refused" {
  command = plan

  variables {
    channels = {}
  }

  expect_failures = [var.budgets]
}

run "an_empty_channel_is_refused" {
  command = plan

  variables {
    channels = { team = {} }
  }

  expect_failures = [var.channels]
}

run "more_addresses_than_aws_takes_are_refused" {
  command = plan

  variables {
    channels = { team = { emails = [for number in range(11) : "ops${number}@example.com"] } }
  }

  expect_failures = [var.channels]
}

run "an_address_without_a_host_is_refused" {
  command = plan

  variables {
    channels = { team = { emails = ["ops"] } }
  }

  expect_failures = [var.channels]
}

run "an_action_on_an_unknown_budget_is_refused" {
  command = plan

  variables {
    actions = { stop = { budget = "other", percent = 100, execution_role_arn = "arn:aws:iam::123456789012:role/budget", attach_policy = { policy_arn = "arn:aws:iam::123456789012:policy/deny", roles = ["api"] } } }
  }

  expect_failures = [var.actions]
}

run "an_action_that_does_nothing_is_refused" {
  command = plan

  variables {
    actions = { stop = { budget = "storymagic", percent = 100, execution_role_arn = "arn:aws:iam::123456789012:role/budget" } }
  }

  expect_failures = [var.actions]
}

run "an_unknown_approval_is_refused" {
  command = plan

  variables {
    actions = { stop = { budget = "storymagic", percent = 100, approval = "LATER", execution_role_arn = "arn:aws:iam::123456789012:role/budget", attach_policy = { policy_arn = "arn:aws:iam::123456789012:policy/deny", roles = ["api"] } } }
  }

  expect_failures = [var.actions]
}

run "a_policy_for_nobody_is_refused" {
  command = plan

  variables {
    actions = { stop = { budget = "storymagic", percent = 100, execution_role_arn = "arn:aws:iam::123456789012:role/budget", attach_policy = { policy_arn = "arn:aws:iam::123456789012:policy/deny" } } }
  }

  expect_failures = [var.actions]
}

run "stopping_what_budgets_cannot_stop_is_refused" {
  command = plan

  variables {
    actions = { stop = { budget = "storymagic", percent = 100, execution_role_arn = "arn:aws:iam::123456789012:role/budget", stop_instances = { service = "LAMBDA", region = "eu-central-1", instance_ids = ["api"] } } }
  }

  expect_failures = [var.actions]
}

run "an_unknown_frequency_is_refused" {
  command = plan

  variables {
    anomalies = { name = "spend", minimum_impact = 20, frequency = "HOURLY", channel = "team" }
  }

  expect_failures = [var.anomalies]
}

run "anomalies_for_an_unknown_channel_are_refused" {
  command = plan

  variables {
    anomalies = { name = "spend", minimum_impact = 20, channel = "nobody" }
  }

  expect_failures = [var.anomalies]
}

run "immediate_anomalies_by_mail_are_refused" {
  command = plan

  variables {
    anomalies = { name = "spend", minimum_impact = 20, frequency = "IMMEDIATE", channel = "team" }
  }

  expect_failures = [var.anomalies]
}

run "actions_that_nobody_hears_of_are_refused" {
  command = plan

  variables {
    channels = {}
    budgets  = { storymagic = { amount = 400, thresholds = [] } }
    actions  = { stop = { budget = "storymagic", percent = 100, execution_role_arn = "arn:aws:iam::123456789012:role/budget", attach_policy = { policy_arn = "arn:aws:iam::123456789012:policy/deny", roles = ["api"] } } }
  }

  expect_failures = [var.actions]
}

run "a_threshold_for_two_topics_is_refused" {
  command = plan

  variables {
    channels = {
      team   = { sns_topic_arn = "arn:aws:sns:eu-central-1:123456789012:team" }
      oncall = { sns_topic_arn = "arn:aws:sns:eu-central-1:123456789012:oncall" }
    }
  }

  expect_failures = [aws_budgets_budget.this]
}
