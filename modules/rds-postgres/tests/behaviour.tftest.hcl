mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { id = "eu-central-1" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/storymagic-db-monitoring-eu-central-1" }
  }
  mock_resource "aws_db_instance" {
    defaults = {
      arn                = "arn:aws:rds:eu-central-1:123456789012:db:storymagic-db"
      master_user_secret = [{ secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-1", secret_status = "active", kms_key_id = "" }]
    }
  }
}

variables {
  identifier     = "storymagic-db"
  engine_version = "15"
  instance_class = "db.t3.medium"
  network        = { subnet_ids = ["subnet-1", "subnet-2"], security_group_ids = ["sg-1"] }

  # Where a test leaves out an ephemeral variable, Terraform 1.11 reports a mismatch of plan and apply.
  master_password = ""
}

run "the_defaults_are_encrypted_doubled_backed_up_and_keep_no_password_in_state" {
  assert {
    condition     = aws_db_instance.this.identifier == "storymagic-db" && aws_db_instance.this.engine == "postgres" && aws_db_instance.this.engine_version == "15" && aws_db_instance.this.instance_class == "db.t3.medium"
    error_message = "It must be PostgreSQL of the version and size asked for (SM-034, SM-035, SC-071)."
  }

  assert {
    condition     = aws_db_instance.this.storage_encrypted && !aws_db_instance.this.publicly_accessible && aws_db_instance.this.deletion_protection && aws_db_instance.this.multi_az && aws_db_instance.this.iam_database_authentication_enabled
    error_message = "It must be encrypted, private, protected from deletion, doubled, and open to IAM sign-in (SM-037, SM-043)."
  }

  assert {
    condition     = aws_db_instance.this.manage_master_user_password && aws_db_instance.this.password == null && aws_db_instance.this.password_wo_version == null && aws_db_instance.this.username == "postgres"
    error_message = "RDS must keep the master password (C-024)."
  }

  assert {
    condition     = output.master_secret_arn == "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-1"
    error_message = "The secret of the master user must be put out."
  }

  assert {
    condition     = aws_db_instance.this.allocated_storage == 20 && aws_db_instance.this.max_allocated_storage == 100 && aws_db_instance.this.storage_type == "gp3"
    error_message = "The disk must begin at 20 GiB of gp3 and be able to grow."
  }

  assert {
    condition     = aws_db_instance.this.backup_retention_period == 7 && aws_db_instance.this.backup_window == "03:00-04:00" && !aws_db_instance.this.delete_automated_backups && !aws_db_instance.this.skip_final_snapshot && aws_db_instance.this.final_snapshot_identifier == "storymagic-db-final" && aws_db_instance.this.copy_tags_to_snapshot
    error_message = "Backups must be daily, kept for 7 days, and outlive the instance (SM-038, SM-039, SM-146, SM-148)."
  }

  assert {
    condition     = aws_db_instance.this.maintenance_window == "sun:04:00-sun:05:00" && aws_db_instance.this.auto_minor_version_upgrade && !aws_db_instance.this.allow_major_version_upgrade && !aws_db_instance.this.apply_immediately && aws_db_instance.this.ca_cert_identifier == "rds-ca-rsa2048-g1"
    error_message = "Only patches and minor versions may come, in the window (SM-040)."
  }

  assert {
    condition     = aws_db_subnet_group.this.name == "storymagic-db" && aws_db_subnet_group.this.subnet_ids == toset(["subnet-1", "subnet-2"]) && aws_db_instance.this.vpc_security_group_ids == toset(["sg-1"]) && aws_db_instance.this.port == 5432
    error_message = "It must be reached in the subnets and through the groups given (SM-006, SM-041)."
  }

  assert {
    condition     = aws_db_parameter_group.this.name == "storymagic-db-postgres15" && aws_db_parameter_group.this.family == "postgres15" && one(aws_db_parameter_group.this.parameter).name == "rds.force_ssl" && one(aws_db_parameter_group.this.parameter).value == "1"
    error_message = "Connections must be refused without TLS."
  }

  assert {
    condition     = aws_db_instance.this.performance_insights_enabled && aws_db_instance.this.performance_insights_retention_period == 7 && aws_db_instance.this.monitoring_interval == 60 && aws_db_instance.this.monitoring_role_arn == aws_iam_role.monitoring[0].arn
    error_message = "Performance Insights and the figures of the operating system must be on (SC-198)."
  }

  assert {
    condition     = aws_db_instance.this.enabled_cloudwatch_logs_exports == toset(["postgresql"]) && aws_cloudwatch_log_group.this["postgresql"].name == "/aws/rds/instance/storymagic-db/postgresql" && aws_cloudwatch_log_group.this["postgresql"].retention_in_days == 7
    error_message = "The log must go to CloudWatch for 7 days (SM-104)."
  }

  assert {
    condition     = aws_iam_role_policy_attachment.monitoring[0].policy_arn == "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole" && aws_iam_role.monitoring[0].name == "storymagic-db-monitoring-eu-central-1"
    error_message = "The monitoring role must be able to write its figures, and clash with none of another region."
  }
}

run "a_change_of_size_tags_and_settings_keeps_the_instance" {
  variables {
    instance_class = "db.m7g.large"
    multi_az       = false
    tags           = { Component = "database" }
    storage        = { type = "gp2", allocated = 100, max_allocated = 1000 }
    backup         = { retention_days = 14, window = "01:00-02:00", keep_after_deletion = false, final_snapshot = false }
    maintenance    = { window = "wed:02:00-wed:03:00", auto_minor_version_upgrade = false, allow_major_version_upgrade = true, apply_immediately = true, ca_certificate = "rds-ca-ecc384-g1" }
    monitoring     = { performance_insights = false, enhanced_interval_seconds = 0, log_exports = ["postgresql", "upgrade"], log_retention_days = 30 }
    network        = { subnet_ids = ["subnet-1", "subnet-2"], security_group_ids = ["sg-2"], subnet_group_name = "private-db-subnets", port = 5433 }
    parameter_group = {
      name        = "custom-postgresql15"
      require_tls = false
      parameters = {
        shared_preload_libraries = { value = "pg_stat_statements", reboot = true }
        max_connections          = { value = "200", reboot = true }
        work_mem                 = { value = "16384" }
      }
    }
    iam_authentication  = false
    deletion_protection = false
  }

  assert {
    condition     = output.resource_id == run.the_defaults_are_encrypted_doubled_backed_up_and_keep_no_password_in_state.resource_id && output.arn == run.the_defaults_are_encrypted_doubled_backed_up_and_keep_no_password_in_state.arn
    error_message = "A change of size, tags or settings must not replace the instance."
  }

  assert {
    condition     = aws_db_instance.this.instance_class == "db.m7g.large" && !aws_db_instance.this.multi_az && !aws_db_instance.this.deletion_protection && !aws_db_instance.this.iam_database_authentication_enabled && aws_db_instance.this.port == 5433
    error_message = "The switches must reach the instance."
  }

  assert {
    condition     = aws_db_instance.this.allocated_storage == 100 && aws_db_instance.this.max_allocated_storage == 1000 && aws_db_instance.this.storage_type == "gp2"
    error_message = "The disk must be the one asked for (SM-036)."
  }

  assert {
    condition     = aws_db_instance.this.backup_retention_period == 14 && aws_db_instance.this.delete_automated_backups && aws_db_instance.this.skip_final_snapshot && aws_db_instance.this.final_snapshot_identifier == null
    error_message = "The backups must be the ones asked for."
  }

  assert {
    condition     = aws_db_instance.this.apply_immediately && aws_db_instance.this.allow_major_version_upgrade && !aws_db_instance.this.auto_minor_version_upgrade && aws_db_instance.this.ca_cert_identifier == "rds-ca-ecc384-g1" && aws_db_instance.this.maintenance_window == "wed:02:00-wed:03:00"
    error_message = "The maintenance must be the one asked for."
  }

  assert {
    condition = { for parameter in aws_db_parameter_group.this.parameter : parameter.name => "${parameter.value} ${parameter.apply_method}" } == {
      "rds.force_ssl"          = "0 immediate"
      shared_preload_libraries = "pg_stat_statements pending-reboot"
      max_connections          = "200 pending-reboot"
      work_mem                 = "16384 immediate"
    }
    error_message = "The parameters must be the ones asked for (SM-045, SM-046, SM-047)."
  }

  assert {
    condition     = output.parameter_group_name == "custom-postgresql15" && output.subnet_group_name == "private-db-subnets"
    error_message = "The groups must carry the names asked for (SM-042, SM-044)."
  }

  assert {
    condition     = !aws_db_instance.this.performance_insights_enabled && aws_db_instance.this.monitoring_interval == 0 && length(aws_iam_role.monitoring) == 0 && toset(keys(aws_cloudwatch_log_group.this)) == toset(["postgresql", "upgrade"]) && aws_cloudwatch_log_group.this["upgrade"].retention_in_days == 30
    error_message = "Monitoring must be reduced to the logs asked for."
  }
}
