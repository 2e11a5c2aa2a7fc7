variables {
  workspace           = "storymagic-production"
  environment         = "production"
  account_id          = "333333333333"
  expected_account_id = "333333333333"
}

run "workspace_variable_file_and_account_that_agree_pass" {
  command = plan

  module {
    source = "./guard"
  }

  assert {
    condition     = output.environment == "production"
    error_message = "The environment must be handed on."
  }
}

run "the_default_workspace_is_refused" {
  command = plan

  module {
    source = "./guard"
  }

  variables {
    workspace = "default"
  }

  expect_failures = [output.environment]
}

run "the_variable_file_of_another_environment_is_refused" {
  command = plan

  module {
    source = "./guard"
  }

  variables {
    environment = "development"
  }

  expect_failures = [output.environment]
}

run "the_account_of_another_environment_is_refused" {
  command = plan

  module {
    source = "./guard"
  }

  variables {
    account_id = "111111111111"
  }

  expect_failures = [output.environment]
}
