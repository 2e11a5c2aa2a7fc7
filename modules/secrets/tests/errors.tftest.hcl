mock_provider "aws" {}

variables {
  secrets = { key = { description = "A key" } }
}

run "values_that_aws_refuses_are_refused" {
  command = plan

  variables {
    kms_key_arn          = "alias/secrets"
    replicas             = { ireland = null }
    recovery_window_days = 3
    rotation_functions   = { "1" = { application = "SecretsManagerRDSPostgreSQLRotationSingleUser", subnet_ids = ["subnet-a"], security_group_ids = ["sg-a"] } }
  }

  expect_failures = [var.kms_key_arn, var.replicas, var.recovery_window_days, var.rotation_functions]
}

run "a_function_from_somewhere_else_is_refused" {
  command = plan

  variables {
    rotation_functions = { rotate = { application = "HomeMade", subnet_ids = ["subnet-a"], security_group_ids = ["sg-a"] } }
  }

  expect_failures = [var.rotation_functions]
}

run "a_function_without_a_network_is_refused" {
  command = plan

  variables {
    rotation_functions = { rotate = { application = "SecretsManagerRDSPostgreSQLRotationSingleUser", subnet_ids = [], security_group_ids = [] } }
  }

  expect_failures = [var.rotation_functions]
}

run "a_name_with_a_blank_is_refused" {
  command = plan

  variables {
    secrets = { "a key" = { description = "A key" } }
  }

  expect_failures = [var.secrets]
}

run "a_value_version_below_one_is_refused" {
  command = plan

  variables {
    secrets = { key = { description = "A key", value_version = 0 } }
  }

  expect_failures = [var.secrets]
}

run "a_rotation_without_a_function_is_refused" {
  command = plan

  variables {
    secrets = { key = { description = "A key", rotation = { after_days = 30 } } }
  }

  expect_failures = [var.secrets]
}

run "a_rotation_with_two_schedules_is_refused" {
  command = plan

  variables {
    secrets = { key = { description = "A key", rotation = { function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:own", after_days = 30, schedule = "rate(30 days)" } } }
  }

  expect_failures = [var.secrets]
}

run "a_rotation_rarer_than_a_thousand_days_is_refused" {
  command = plan

  variables {
    secrets = { key = { description = "A key", rotation = { function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:own", after_days = 2000 } } }
  }

  expect_failures = [var.secrets]
}

run "a_schedule_that_is_none_is_refused" {
  command = plan

  variables {
    secrets = { key = { description = "A key", rotation = { function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:own", schedule = "monthly" } } }
  }

  expect_failures = [var.secrets]
}

run "a_rotation_by_an_unknown_function_is_refused" {
  command = plan

  variables {
    secrets = { key = { description = "A key", rotation = { function = "rotate", after_days = 30 } } }
  }

  expect_failures = [var.secrets]
}

run "a_value_version_without_a_value_is_refused" {
  command = plan

  variables {
    secrets = { key = { description = "A key", value_version = 1 } }
  }

  expect_failures = [aws_secretsmanager_secret_version.this]
}
