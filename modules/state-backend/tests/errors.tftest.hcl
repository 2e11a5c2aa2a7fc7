mock_provider "aws" {}

variables {
  bucket_name = "example-terraform-states"
}

run "values_that_aws_refuses_are_refused" {
  command = plan

  variables {
    bucket_name           = "Example.States"
    encryption            = { deletion_window_days = 3 }
    lock_table            = { name = "no spaces" }
    old_versions          = { keep_days = 0.5 }
    access_principal_arns = ["*"]
  }

  expect_failures = [var.bucket_name, var.encryption, var.lock_table, var.old_versions, var.access_principal_arns]
}

run "more_kept_versions_than_s3_counts_are_refused" {
  command = plan

  variables {
    old_versions = { keep_newest = 500 }
  }

  expect_failures = [var.old_versions]
}
