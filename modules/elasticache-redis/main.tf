locals {
  family = "${var.engine}${split(".", var.engine_version)[0]}"
}

# A replication group even for one node: a lone cluster cannot encrypt.
resource "aws_elasticache_replication_group" "this" {
  replication_group_id = var.name
  description          = var.description
  engine               = var.engine
  engine_version       = var.engine_version
  node_type            = var.node_type

  num_cache_clusters         = var.node_count
  automatic_failover_enabled = var.node_count > 1
  multi_az_enabled           = var.node_count > 1

  subnet_group_name  = aws_elasticache_subnet_group.this.name
  security_group_ids = var.network.security_group_ids
  port               = var.network.port

  transit_encryption_enabled = var.encryption.in_transit
  transit_encryption_mode    = var.encryption.in_transit ? "required" : null
  at_rest_encryption_enabled = var.encryption.at_rest
  kms_key_id                 = var.encryption.kms_key_arn
  user_group_ids             = length(var.authentication.iam_users) > 0 ? aws_elasticache_user_group.this[*].user_group_id : null
  auth_token                 = var.auth_token
  auth_token_update_strategy = var.auth_token == null ? null : "ROTATE"

  parameter_group_name       = aws_elasticache_parameter_group.this.name
  maintenance_window         = var.maintenance.window
  auto_minor_version_upgrade = var.maintenance.auto_minor_version_upgrade
  apply_immediately          = var.maintenance.apply_immediately
  notification_topic_arn     = var.maintenance.topic_arn
  snapshot_retention_limit   = var.snapshots.retention_days
  snapshot_window            = var.snapshots.window
  snapshot_name              = var.snapshots.restore_from
  final_snapshot_identifier  = var.snapshots.final_name
  tags                       = var.tags

  dynamic "log_delivery_configuration" {
    for_each = aws_cloudwatch_log_group.this

    content {
      log_type         = log_delivery_configuration.key
      log_format       = "json"
      destination_type = "cloudwatch-logs"
      destination      = log_delivery_configuration.value.name
    }
  }

  lifecycle {
    # Where the data came from is history: a snapshot that is no longer named must not cost the cache.
    ignore_changes = [snapshot_name]
  }
}

resource "aws_elasticache_subnet_group" "this" {
  name        = coalesce(var.network.subnet_group_name, var.name)
  description = "Subnets of ${var.name}"
  subnet_ids  = var.network.subnet_ids
  tags        = var.tags
}

resource "aws_elasticache_parameter_group" "this" {
  name        = coalesce(var.parameter_group.name, "${var.name}-${local.family}")
  family      = local.family
  description = "Settings of ${var.name}"
  tags        = var.tags

  dynamic "parameter" {
    for_each = var.parameter_group.parameters

    content {
      name  = parameter.key
      value = parameter.value
    }
  }

  lifecycle {
    # With a new major version the cache moves to the new group before the old one goes.
    create_before_destroy = true
  }
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = var.logs == null ? toset([]) : toset(["slow-log", "engine-log"])

  name              = "/aws/elasticache/${var.name}/${each.key}"
  retention_in_days = var.logs.retention_days
  tags              = var.tags
}
