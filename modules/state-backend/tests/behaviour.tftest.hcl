mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000" }
  }
}

variables {
  bucket_name = "example-terraform-states"
}

run "a_bucket_alone_is_versioned_encrypted_and_closed" {
  command = apply

  assert {
    condition     = aws_s3_bucket.this.bucket == "example-terraform-states" && !aws_s3_bucket.this.force_destroy
    error_message = "The bucket must have the given name and not be destroyed with states in it."
  }

  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "Versioning must be on."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms" && aws_kms_key.this[0].enable_key_rotation
    error_message = "States must be encrypted with a KMS key that rotates."
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this.block_public_acls,
      aws_s3_bucket_public_access_block.this.block_public_policy,
      aws_s3_bucket_public_access_block.this.ignore_public_acls,
      aws_s3_bucket_public_access_block.this.restrict_public_buckets,
      aws_s3_bucket_ownership_controls.this.rule[0].object_ownership == "BucketOwnerEnforced",
    ])
    error_message = "The bucket must be closed to the public, and know no ACLs."
  }

  assert {
    condition     = jsondecode(aws_s3_bucket_policy.this.policy).Statement[*].Sid == ["DenyPlainHttp", "DenyOtherEncryption"] && jsondecode(aws_s3_bucket_policy.this.policy).Statement[0].Resource == ["arn:aws:s3:::example-terraform-states", "arn:aws:s3:::example-terraform-states/*"]
    error_message = "The policy must refuse plain HTTP and foreign encryption, and open the bucket to nobody."
  }

  assert {
    condition     = one(aws_s3_bucket_lifecycle_configuration.this.rule[0].noncurrent_version_expiration).noncurrent_days == 90 && one(aws_s3_bucket_lifecycle_configuration.this.rule[0].noncurrent_version_expiration).newer_noncurrent_versions == 20
    error_message = "Old states must be kept for 90 days, and the newest 20 of them longer."
  }

  assert {
    condition     = length(aws_dynamodb_table.lock) == 0 && length(aws_s3_bucket_logging.this) == 0
    error_message = "There must be no table and no access log unless asked for."
  }

  assert {
    condition     = output.backend_config.use_lockfile == "true" && output.backend_config.kms_key_id == aws_kms_key.this[0].arn && !contains(keys(output.backend_config), "dynamodb_table")
    error_message = "The backend must lock by file and name the key."
  }
}

run "every_switch_reaches_its_resource" {
  command = apply

  variables {
    lock_table            = { name = "terraform-locks" }
    old_versions          = { keep_days = 30, keep_newest = 5 }
    access_principal_arns = ["arn:aws:iam::210987654321:role/terraform"]
    access_log            = { bucket = "example-logs" }
    tags                  = { Component = "api" }
    force_destroy         = true
  }

  assert {
    condition     = output.bucket_arn == run.a_bucket_alone_is_versioned_encrypted_and_closed.bucket_arn
    error_message = "The bucket must survive a change of tags, table, retention and access."
  }

  assert {
    condition     = aws_dynamodb_table.lock[0].hash_key == "LockID" && aws_dynamodb_table.lock[0].billing_mode == "PAY_PER_REQUEST" && aws_dynamodb_table.lock[0].deletion_protection_enabled
    error_message = "The lock table must have the key that Terraform looks for, cost nothing idle, and be protected."
  }

  assert {
    condition     = aws_dynamodb_table.lock[0].point_in_time_recovery[0].enabled && aws_dynamodb_table.lock[0].server_side_encryption[0].enabled
    error_message = "The lock table must be encrypted and restorable."
  }

  assert {
    condition     = [for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Principal.AWS if statement.Effect == "Allow"] == [["arn:aws:iam::210987654321:role/terraform"], ["arn:aws:iam::210987654321:role/terraform"]]
    error_message = "Another account's role must be let into the bucket, and nobody else."
  }

  assert {
    condition     = jsondecode(aws_kms_key.this[0].policy).Statement[1].Principal.AWS == ["arn:aws:iam::210987654321:role/terraform"]
    error_message = "Another account's role must be able to use the key."
  }

  assert {
    condition     = aws_s3_bucket_logging.this[0].target_bucket == "example-logs" && aws_s3_bucket_logging.this[0].target_prefix == "terraform-state/"
    error_message = "The access log must go where it was sent."
  }

  assert {
    condition     = output.backend_config.dynamodb_table == "terraform-locks"
    error_message = "The backend must name the lock table."
  }
}

run "a_given_key_is_used_and_none_made" {
  command = plan

  variables {
    encryption = { kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-1111-1111-111111111111" }
  }

  assert {
    condition     = length(aws_kms_key.this) == 0 && length(aws_kms_alias.this) == 0 && output.kms_key_arn == var.encryption.kms_key_arn
    error_message = "A given key must be used, and none made beside it."
  }
}
