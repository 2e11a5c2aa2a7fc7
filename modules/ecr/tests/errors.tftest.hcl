mock_provider "aws" {}

variables {
  name = "example"
}

run "values_that_aws_would_refuse_are_refused_at_plan" {
  command = plan

  variables {
    name            = "Example//api"
    kms_key         = { arn = "alias/ecr" }
    lifecycle_rules = { untagged_days = -1 }
    pull_principals = ["*"]
  }

  expect_failures = [var.name, var.kms_key, var.lifecycle_rules, var.pull_principals]
}

run "a_rule_that_keeps_nothing_is_refused" {
  command = plan

  variables {
    lifecycle_rules = { keep = [{ tag_patterns = ["*"], count = 0 }] }
  }

  expect_failures = [var.lifecycle_rules]
}

run "a_pattern_that_is_no_tag_is_refused" {
  command = plan

  variables {
    lifecycle_rules = { keep = [{ tag_patterns = ["release/*"], count = 1 }] }
  }

  expect_failures = [var.lifecycle_rules]
}
