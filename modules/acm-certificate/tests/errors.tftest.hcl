mock_provider "aws" {}

variables {
  domain_name = "app.example.com"
}

run "a_name_that_is_no_host_name_is_refused" {
  command = plan

  variables {
    domain_name               = "App_example"
    subject_alternative_names = ["no_host"]
    validation_timeout        = "soon"
    key_algorithm             = "RSA_1024"
  }

  expect_failures = [var.domain_name, var.subject_alternative_names, var.validation_timeout, var.key_algorithm]
}

run "a_name_longer_than_acm_takes_is_refused" {
  command = plan

  variables {
    domain_name = "a-very-long-host-name-that-is-still-legal.in-a-very-long-domain-name.example.com"
  }

  expect_failures = [var.domain_name]
}

run "a_name_outside_every_zone_is_refused" {
  command = plan

  variables {
    subject_alternative_names = ["app.example.net"]
    zones                     = { "example.com" = "Z123" }
  }

  expect_failures = [var.zones]
}
