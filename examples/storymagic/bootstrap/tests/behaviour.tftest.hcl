mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "333333333333" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { id = "eu-central-1" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:333333333333:key/00000000-0000-0000-0000-000000000000" }
  }
}

variables {
  account_id        = "333333333333"
  github_repository = "example/storymagic"
}

run "an_account_gets_a_backend_and_a_role_per_environment" {
  command = apply

  assert {
    condition     = output.backend_config.use_lockfile == "true" && output.backend_config.encrypt == "true" && output.backend_config.dynamodb_table == "storymagic-terraform-locks"
    error_message = "The backend must lock by file, encrypt, and name the table that older Terraform locks with."
  }

  assert {
    condition     = toset(keys(output.role_arns)) == toset(["plan", "apply-development", "apply-staging", "apply-production"])
    error_message = "There must be one role to plan with, and one per environment to apply with."
  }
}

run "an_account_that_only_uses_the_states_gets_roles_alone" {
  command = plan

  variables {
    environments      = ["development"]
    state             = null
    state_bucket_arn  = "arn:aws:s3:::storymagic-terraform-state-333333333333"
    state_kms_key_arn = "arn:aws:kms:eu-central-1:333333333333:key/00000000-0000-0000-0000-000000000000"
  }

  assert {
    condition     = output.backend_config == null && length(module.state) == 0
    error_message = "There must be no second bucket."
  }
}

run "an_account_number_that_is_none_is_refused" {
  command = plan

  variables {
    account_id   = "storymagic"
    environments = ["test"]
  }

  expect_failures = [var.account_id, var.environments]
}

run "roles_for_states_that_are_nowhere_are_refused" {
  command = plan

  variables {
    state = null
  }

  expect_failures = [var.state]
}
