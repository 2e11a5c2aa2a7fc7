mock_provider "aws" {}

variables {
  name   = "api"
  github = { repository = "storymagic/api" }
}

run "values_that_iam_refuses_are_refused" {
  command = plan

  variables {
    name                 = "no spaces"
    path                 = "storymagic"
    permissions_boundary = "boundary"
    task                 = { bucket_read_arns = ["arn:aws:s3:::assets/stories"] }
    github               = { repository = "storymagic/*" }
    service_roles        = { edge = { services = ["lambda"] } }
  }

  expect_failures = [var.name, var.path, var.permissions_boundary, var.task, var.github, var.service_roles]
}

run "an_alias_without_its_prefix_is_refused" {
  command = plan

  variables {
    execution = { kms_aliases = ["storymagic"] }
  }

  expect_failures = [var.execution]
}

run "a_subject_that_any_branch_matches_is_refused" {
  command = plan

  variables {
    github_roles = { deploy = { subjects = ["*"] } }
  }

  expect_failures = [var.github_roles]
}

run "a_statement_that_allows_everything_is_refused" {
  command = plan

  variables {
    task          = { statements = [{ sid = "All", actions = ["*"], resources = ["*"] }] }
    github_roles  = { deploy = { subjects = ["pull_request"], statements = [{ sid = "All", actions = ["*"], resources = ["*"] }] } }
    service_roles = { edge = { services = ["lambda.amazonaws.com"], statements = [{ sid = "All", actions = ["*"], resources = ["*"] }] } }
  }

  expect_failures = [var.task, var.github_roles, var.service_roles]
}

run "the_oidc_provider_of_somebody_else_than_github_is_refused" {
  command = plan

  variables {
    github = { repository = "storymagic/api", provider_arn = "arn:aws:iam::123456789012:oidc-provider/gitlab.com" }
  }

  expect_failures = [var.github]
}

run "a_role_that_nobody_can_take_is_refused" {
  command = plan

  variables {
    github_roles = { deploy = { subjects = [] } }
  }

  expect_failures = [var.github_roles]
}

run "a_session_longer_than_twelve_hours_is_refused" {
  command = plan

  variables {
    github_roles = { deploy = { subjects = ["pull_request"], max_session_seconds = 86400 } }
  }

  expect_failures = [var.github_roles]
}

run "github_roles_without_a_repository_are_refused" {
  command = plan

  variables {
    github       = null
    github_roles = { deploy = { subjects = ["pull_request"] } }
  }

  expect_failures = [var.github_roles]
}

run "a_role_name_that_grows_too_long_is_refused" {
  command = plan

  variables {
    name          = "a-name-that-is-just-about-as-long-as-it-may"
    service_roles = { with-a-long-purpose-name = { services = ["lambda.amazonaws.com"] } }
  }

  expect_failures = [aws_iam_role.this]
}
