mock_provider "aws" {}

variables {
  name           = "example"
  engine_version = "7.1"
  node_type      = "cache.t4g.micro"
  authentication = { iam_users = { api = {} } }
  network        = { subnet_ids = ["subnet-1", "subnet-2"], security_group_ids = ["sg-1"] }
}

run "values_that_aws_would_refuse_are_refused_at_plan" {
  command = plan

  variables {
    name            = "Story_Magic"
    description     = ""
    engine_version  = "6.2"
    node_type       = "t3.micro"
    node_count      = 7
    encryption      = { at_rest = false, kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/1" }
    parameter_group = { name = "Custom" }
    snapshots       = { retention_days = 36 }
    maintenance     = { window = "sunday" }
    logs            = { retention_days = 31 }
  }

  expect_failures = [var.name, var.description, var.engine_version, var.node_type, var.node_count, var.encryption, var.parameter_group, var.snapshots, var.maintenance, var.logs]
}

run "an_unknown_engine_is_refused" {
  command = plan

  variables {
    engine          = "memcached"
    network         = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }
    parameter_group = { parameters = { maxmemory = "256mb" } }
    snapshots       = { window = "2-3" }
    authentication  = { iam_users = { default = {} } }
  }

  expect_failures = [var.engine, var.network, var.parameter_group, var.snapshots, var.authentication]
}

run "a_cache_without_security_group_is_refused" {
  command = plan

  variables {
    network         = { subnet_ids = ["subnet-1", "subnet-2"], security_group_ids = [] }
    parameter_group = { parameters = { maxmemory-policy = "lru" } }
    authentication  = { iam_users = { api = {} }, anonymous = true }
  }

  expect_failures = [var.network, var.parameter_group, var.authentication]
}

run "a_subnet_group_name_that_aws_refuses_is_refused" {
  command = plan

  variables {
    network        = { subnet_ids = ["subnet-1", "subnet-2"], security_group_ids = ["sg-1"], subnet_group_name = "Private Cache" }
    authentication = {}
    auth_token     = "short"
  }

  expect_failures = [var.network, var.auth_token]
}

run "sign_in_over_plain_connections_is_refused" {
  command = plan

  variables {
    encryption = { in_transit = false }
  }

  expect_failures = [var.authentication]
}

run "a_password_over_plain_connections_is_refused" {
  command = plan

  variables {
    encryption     = { in_transit = false }
    authentication = {}
    auth_token     = "0123456789abcdef"
  }

  expect_failures = [var.auth_token]
}

run "a_cache_that_nobody_can_sign_in_to_is_refused" {
  command = plan

  variables {
    authentication = {}
  }

  expect_failures = [var.authentication]
}

run "a_password_beside_users_is_refused" {
  command = plan

  variables {
    auth_token = "0123456789abcdef"
  }

  expect_failures = [var.authentication]
}
