mock_provider "aws" {}

variables {
  name           = "storymagic-redis"
  engine_version = "7.0"
  node_type      = "cache.t3.micro"
  authentication = { iam_users = { api = {} } }
  network        = { subnet_ids = ["subnet-1", "subnet-2"], security_group_ids = ["sg-1"] }
}

run "the_defaults_are_doubled_encrypted_and_closed_to_strangers" {
  assert {
    condition     = aws_elasticache_replication_group.this.replication_group_id == "storymagic-redis" && aws_elasticache_replication_group.this.engine == "redis" && aws_elasticache_replication_group.this.engine_version == "7.0" && aws_elasticache_replication_group.this.node_type == "cache.t3.micro"
    error_message = "It must be Redis of the version and size asked for (SM-048, SM-049, SC-066)."
  }

  assert {
    condition     = aws_elasticache_replication_group.this.num_cache_clusters == 2 && aws_elasticache_replication_group.this.automatic_failover_enabled && aws_elasticache_replication_group.this.multi_az_enabled
    error_message = "Two nodes must stand in two zones, the second ready to take over (C-021, C-035)."
  }

  assert {
    condition     = aws_elasticache_replication_group.this.transit_encryption_enabled && aws_elasticache_replication_group.this.transit_encryption_mode == "required" && aws_elasticache_replication_group.this.at_rest_encryption_enabled == "true"
    error_message = "Connections and disk must be encrypted (SM-053, SM-054)."
  }

  assert {
    condition     = aws_elasticache_replication_group.this.security_group_ids == toset(["sg-1"]) && aws_elasticache_subnet_group.this.name == "storymagic-redis" && aws_elasticache_subnet_group.this.subnet_ids == toset(["subnet-1", "subnet-2"]) && aws_elasticache_replication_group.this.port == 6379
    error_message = "It must be reached in the subnets and through the groups given (SM-007, SM-051)."
  }

  assert {
    condition     = aws_elasticache_replication_group.this.user_group_ids == toset(["storymagic-redis"]) && aws_elasticache_replication_group.this.auth_token == null
    error_message = "Sign-in must go through the user group, not through a password."
  }

  assert {
    condition     = aws_elasticache_user.this["api"].user_id == "storymagic-redis-api" && aws_elasticache_user.this["api"].user_name == "storymagic-redis-api" && aws_elasticache_user.this["api"].authentication_mode[0].type == "iam" && aws_elasticache_user.this["api"].access_string == "on ~* +@all"
    error_message = "The user must sign in with IAM, under its id."
  }

  assert {
    condition     = aws_elasticache_user.default[0].user_name == "default" && aws_elasticache_user.default[0].access_string == "off -@all" && aws_elasticache_user_group.this[0].user_ids == toset(["storymagic-redis-default", "storymagic-redis-api"])
    error_message = "Whoever names no user must be let in as nobody."
  }

  assert {
    condition     = aws_elasticache_parameter_group.this.name == "storymagic-redis-redis7" && aws_elasticache_parameter_group.this.family == "redis7" && length(aws_elasticache_parameter_group.this.parameter) == 0
    error_message = "The parameter group must follow the major version."
  }

  assert {
    condition     = aws_elasticache_replication_group.this.snapshot_retention_limit == 1 && aws_elasticache_replication_group.this.snapshot_window == "02:00-03:00" && aws_elasticache_replication_group.this.maintenance_window == "sun:05:00-sun:06:00" && aws_elasticache_replication_group.this.auto_minor_version_upgrade == "true" && !aws_elasticache_replication_group.this.apply_immediately
    error_message = "A snapshot a day, patches in the window."
  }

  assert {
    condition = { for delivery in aws_elasticache_replication_group.this.log_delivery_configuration : delivery.log_type => "${delivery.destination_type} ${delivery.destination} ${delivery.log_format}" } == {
      slow-log   = "cloudwatch-logs /aws/elasticache/storymagic-redis/slow-log json"
      engine-log = "cloudwatch-logs /aws/elasticache/storymagic-redis/engine-log json"
    }
    error_message = "Both logs must go to CloudWatch."
  }

  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.this : group.retention_in_days == 30])
    error_message = "The logs must be kept for 30 days."
  }
}

run "a_change_of_size_tags_and_settings_keeps_the_cache" {
  variables {
    description     = "Responses"
    node_type       = "cache.m7g.large"
    node_count      = 1
    encryption      = { kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/1" }
    authentication  = { iam_users = { api = { access = "on ~app:* +@read" }, reports = {} } }
    network         = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-2"], subnet_group_name = "private-cache-subnets", port = 6380 }
    parameter_group = { name = "custom-redis7", parameters = { maxmemory-policy = "allkeys-lru", timeout = "0", tcp-keepalive = "300" } }
    snapshots       = { retention_days = 7, window = "03:00-04:00", final_name = "last", restore_from = "another" }
    maintenance     = { window = "wed:05:00-wed:06:00", auto_minor_version_upgrade = false, apply_immediately = true, topic_arn = "arn:aws:sns:eu-central-1:123456789012:cache" }
    logs            = null
    tags            = { Component = "cache" }
  }

  assert {
    condition     = output.arn == run.the_defaults_are_doubled_encrypted_and_closed_to_strangers.arn && output.user_arns.api == run.the_defaults_are_doubled_encrypted_and_closed_to_strangers.user_arns.api
    error_message = "A change of size, tags or settings must replace neither the cache nor its users."
  }

  assert {
    condition     = aws_elasticache_replication_group.this.num_cache_clusters == 1 && !aws_elasticache_replication_group.this.automatic_failover_enabled && !aws_elasticache_replication_group.this.multi_az_enabled
    error_message = "One node has nobody to take over (SM-050)."
  }

  assert {
    condition     = { for parameter in aws_elasticache_parameter_group.this.parameter : parameter.name => parameter.value } == { maxmemory-policy = "allkeys-lru", timeout = "0", tcp-keepalive = "300" }
    error_message = "The parameters must be the ones asked for (SM-055, SM-056, SM-057)."
  }

  assert {
    condition     = output.parameter_group_name == "custom-redis7" && output.subnet_group_name == "private-cache-subnets" && aws_elasticache_replication_group.this.port == 6380
    error_message = "The groups must carry the names asked for (SM-052)."
  }

  assert {
    condition     = aws_elasticache_replication_group.this.kms_key_id == "arn:aws:kms:eu-central-1:123456789012:key/1" && aws_elasticache_replication_group.this.snapshot_retention_limit == 7 && aws_elasticache_replication_group.this.final_snapshot_identifier == "last" && aws_elasticache_replication_group.this.notification_topic_arn == "arn:aws:sns:eu-central-1:123456789012:cache" && aws_elasticache_replication_group.this.apply_immediately
    error_message = "The switches must reach the replication group."
  }

  assert {
    condition     = aws_elasticache_replication_group.this.snapshot_name != "another"
    error_message = "Where the data came from must count at creation only."
  }

  assert {
    condition     = aws_elasticache_user.this["api"].access_string == "on ~app:* +@read" && length(aws_elasticache_user_group.this[0].user_ids) == 3
    error_message = "Each user must have its own rights."
  }

  assert {
    condition     = length(aws_cloudwatch_log_group.this) == 0 && length(aws_elasticache_replication_group.this.log_delivery_configuration) == 0
    error_message = "With logs null nothing must be written."
  }
}
