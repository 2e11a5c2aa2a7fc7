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
  engine_version = "16.4"
  instance_class = "db.t4g.micro"
  network        = { subnet_ids = ["subnet-1", "subnet-2"], security_group_ids = ["sg-1"] }

  # Where a test leaves out an ephemeral variable, Terraform 1.11 reports a mismatch of plan and apply.
  master_password = ""
}

run "a_restore_to_the_latest_moment" {
  command = plan

  variables {
    identifier = "restored"
    origin     = { point_in_time = { source_identifier = "example" } }
  }

  assert {
    condition     = aws_db_instance.this.restore_to_point_in_time[0].source_db_instance_identifier == "example" && aws_db_instance.this.restore_to_point_in_time[0].use_latest_restorable_time && aws_db_instance.this.manage_master_user_password
    error_message = "A restore must take the latest moment, and a new managed password (SM-148)."
  }
}

run "a_restore_from_a_snapshot" {
  command = plan

  variables {
    origin = { snapshot = { identifier = "storymagic-db-final" } }
  }

  assert {
    condition     = aws_db_instance.this.snapshot_identifier == "storymagic-db-final" && length(aws_db_instance.this.restore_to_point_in_time) == 0
    error_message = "A restore must take the snapshot named."
  }
}

run "a_replica_follows_its_source_and_has_no_users_of_its_own" {
  command = plan

  variables {
    identifier  = "replica"
    origin      = { replica_of = { arn = "arn:aws:rds:eu-central-1:123456789012:db:example" } }
    kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/2"
  }

  assert {
    condition     = aws_db_instance.this.replicate_source_db == "arn:aws:rds:eu-central-1:123456789012:db:example" && aws_db_instance.this.manage_master_user_password == null && aws_db_instance.this.kms_key_id == "arn:aws:kms:eu-west-1:123456789012:key/2"
    error_message = "A replica must follow its source and take the key of its own region (SC-186)."
  }
}

run "a_password_of_ones_own_is_written_and_forgotten" {
  variables {
    master_username         = "owner"
    master_password         = "correct-horse-battery"
    master_password_version = 3
    database_name           = "app"
    kms_key_arn             = "arn:aws:kms:eu-central-1:123456789012:key/1"
  }

  assert {
    condition     = aws_db_instance.this.manage_master_user_password == null && aws_db_instance.this.password_wo_version == 3 && aws_db_instance.this.password_wo == null && aws_db_instance.this.password == null
    error_message = "The password must be handed through by version, and stand in no state."
  }

  assert {
    condition     = aws_db_instance.this.username == "owner" && aws_db_instance.this.db_name == "app" && aws_db_instance.this.kms_key_id == "arn:aws:kms:eu-central-1:123456789012:key/1" && aws_db_instance.this.performance_insights_kms_key_id == "arn:aws:kms:eu-central-1:123456789012:key/1"
    error_message = "User, database and key must reach the instance."
  }

  assert {
    condition     = aws_db_parameter_group.this.family == "postgres16"
    error_message = "The family must follow the major version."
  }
}

run "a_key_encrypts_the_managed_secret_too" {
  variables {
    kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/1"
    storage     = { allocated = 400, max_allocated = 0, iops = 12000, throughput = 500 }
  }

  assert {
    condition     = aws_db_instance.this.master_user_secret_kms_key_id == "arn:aws:kms:eu-central-1:123456789012:key/1" && aws_db_instance.this.manage_master_user_password
    error_message = "The managed secret must be encrypted with the key."
  }

  assert {
    condition     = aws_db_instance.this.iops == 12000 && aws_db_instance.this.storage_throughput == 500 && aws_db_instance.this.max_allocated_storage == 0
    error_message = "The disk must be as fast as asked, and not grow."
  }
}

run "an_origin_that_is_named_later_changes_nothing" {
  variables {
    kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/1"
    storage     = { allocated = 400, max_allocated = 0, iops = 12000, throughput = 500 }
    origin      = { snapshot = { identifier = "another" } }
  }

  assert {
    condition     = aws_db_instance.this.snapshot_identifier != "another" && output.resource_id == run.a_key_encrypts_the_managed_secret_too.resource_id
    error_message = "Where the data came from must count at creation only."
  }
}
