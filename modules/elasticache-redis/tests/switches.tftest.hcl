mock_provider "aws" {}

variables {
  name           = "sessions"
  engine_version = "8.0"
  engine         = "valkey"
  node_type      = "cache.t4g.micro"
  network        = { subnet_ids = ["subnet-1", "subnet-2"], security_group_ids = ["sg-1"] }
}

run "a_password_for_clients_without_iam" {
  command = plan

  variables {
    auth_token = "0123456789abcdef"
    snapshots  = { restore_from = "sessions-final", retention_days = 0 }
  }

  assert {
    condition     = aws_elasticache_replication_group.this.auth_token == "0123456789abcdef" && aws_elasticache_replication_group.this.auth_token_update_strategy == "ROTATE" && length(aws_elasticache_user_group.this) == 0
    error_message = "The password must be the only sign-in (SM-053)."
  }

  assert {
    condition     = aws_elasticache_replication_group.this.engine == "valkey" && aws_elasticache_parameter_group.this.family == "valkey8"
    error_message = "The engine and its family must be valkey."
  }

  assert {
    condition     = aws_elasticache_replication_group.this.snapshot_name == "sessions-final" && aws_elasticache_replication_group.this.snapshot_retention_limit == 0
    error_message = "It must begin with the snapshot and take none of its own."
  }
}

run "users_of_valkey_need_no_default_user" {
  command = plan

  variables {
    authentication = { iam_users = { api = {} } }
  }

  assert {
    condition     = length(aws_elasticache_user.default) == 0 && aws_elasticache_user_group.this[0].engine == "valkey"
    error_message = "Only Redis knows the default user."
  }
}

run "an_open_cache_has_to_be_asked_for" {
  command = plan

  variables {
    authentication = { anonymous = true }
    encryption     = { in_transit = false, at_rest = false }
  }

  assert {
    condition     = !aws_elasticache_replication_group.this.transit_encryption_enabled && aws_elasticache_replication_group.this.at_rest_encryption_enabled == "false" && length(aws_elasticache_user_group.this) == 0 && aws_elasticache_replication_group.this.auth_token == null
    error_message = "Every protection must be possible to switch off by name."
  }
}
