mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { id = "eu-central-1" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/example-monitoring-eu-central-1" }
  }
}

variables {
  identifier     = "example"
  engine_version = "16"
  instance_class = "db.t4g.micro"
  network        = { subnet_ids = ["subnet-1", "subnet-2"], security_group_ids = ["sg-1"] }
}

run "values_that_aws_would_refuse_are_refused_at_plan" {
  command = plan

  variables {
    identifier      = "Story--Magic"
    engine_version  = "12.9"
    instance_class  = "t3.medium"
    storage         = { type = "standard" }
    network         = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }
    database_name   = "story-magic"
    master_username = "rdsadmin"
    kms_key_arn     = "alias/rds"
    backup          = { retention_days = 36 }
    parameter_group = { name = "Custom" }
    monitoring      = { performance_insights_days = 10 }
    origin          = {}
  }

  expect_failures = [var.identifier, var.engine_version, var.instance_class, var.storage, var.network, var.database_name, var.master_username, var.kms_key_arn, var.backup, var.parameter_group, var.monitoring, var.origin]
}

run "a_disk_too_small_is_refused" {
  command = plan

  variables {
    storage                 = { allocated = 5 }
    network                 = { subnet_ids = ["subnet-1", "subnet-2"], security_group_ids = [] }
    maintenance             = { window = "sunday" }
    parameter_group         = { parameters = { "rds.force_ssl" = { value = "0" } } }
    monitoring              = { enhanced_interval_seconds = 7 }
    master_password_version = 1
    origin                  = { snapshot = { identifier = "s" }, replica_of = { arn = "a" } }
  }

  expect_failures = [var.storage, var.network, var.maintenance, var.parameter_group, var.monitoring, var.master_password, var.origin]
}

run "a_limit_close_above_the_disk_is_refused" {
  command = plan

  variables {
    storage         = { allocated = 100, max_allocated = 105 }
    network         = { subnet_ids = ["subnet-1", "subnet-2"], security_group_ids = ["sg-1"], subnet_group_name = "default" }
    backup          = { window = "3-4" }
    parameter_group = { parameters = { max_connections = { value = "200" } } }
    monitoring      = { log_exports = ["audit"] }
  }

  expect_failures = [var.storage, var.network, var.backup, var.parameter_group, var.monitoring]
}

run "a_fast_disk_below_400_gib_is_refused" {
  command = plan

  variables {
    storage     = { iops = 12000 }
    network     = { subnet_ids = ["subnet-1", "subnet-2"], security_group_ids = ["sg-1"], port = 80 }
    monitoring  = { log_retention_days = 8 }
    maintenance = { window = "mon:03:30-mon:04:30" }
  }

  expect_failures = [var.storage, var.network, var.monitoring, var.maintenance]
}

run "provisioned_iops_without_a_number_is_refused" {
  command = plan

  variables {
    storage                 = { type = "io2" }
    master_password         = "short"
    master_password_version = 1
  }

  expect_failures = [var.storage, var.master_password]
}

run "a_replica_with_a_password_is_refused" {
  command = plan

  variables {
    origin                  = { replica_of = { arn = "arn:aws:rds:eu-central-1:123456789012:db:example" } }
    master_password         = "correct-horse-battery"
    master_password_version = 1
  }

  expect_failures = [var.origin]
}
