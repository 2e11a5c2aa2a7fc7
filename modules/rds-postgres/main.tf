locals {
  major_version = split(".", var.engine_version)[0]

  is_replica  = var.origin == null ? false : var.origin.replica_of != null
  is_restored = var.origin == null ? false : var.origin.replica_of == null

  # A replica and a restored instance bring users and databases along.
  begins_empty     = !local.is_replica && !local.is_restored
  password_managed = var.master_password_version == null && !local.is_replica
}

resource "aws_db_instance" "this" {
  identifier     = var.identifier
  engine         = "postgres"
  engine_version = local.is_replica ? null : var.engine_version
  instance_class = var.instance_class
  multi_az       = var.multi_az

  allocated_storage     = local.is_replica ? null : var.storage.allocated
  max_allocated_storage = var.storage.max_allocated
  storage_type          = var.storage.type
  iops                  = var.storage.iops
  storage_throughput    = var.storage.throughput
  storage_encrypted     = true
  kms_key_id            = var.kms_key_arn

  db_name                             = local.begins_empty ? var.database_name : null
  username                            = local.begins_empty ? var.master_username : null
  manage_master_user_password         = local.password_managed ? true : null
  master_user_secret_kms_key_id       = local.password_managed ? var.kms_key_arn : null
  password_wo                         = var.master_password_version == null ? null : var.master_password
  password_wo_version                 = var.master_password_version
  iam_database_authentication_enabled = var.iam_authentication

  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = var.network.security_group_ids
  port                   = var.network.port
  publicly_accessible    = false

  backup_retention_period   = var.backup.retention_days
  backup_window             = var.backup.window
  delete_automated_backups  = !var.backup.keep_after_deletion
  copy_tags_to_snapshot     = true
  skip_final_snapshot       = !var.backup.final_snapshot
  final_snapshot_identifier = var.backup.final_snapshot ? "${var.identifier}-final" : null

  maintenance_window          = var.maintenance.window
  auto_minor_version_upgrade  = var.maintenance.auto_minor_version_upgrade
  allow_major_version_upgrade = var.maintenance.allow_major_version_upgrade
  apply_immediately           = var.maintenance.apply_immediately
  ca_cert_identifier          = var.maintenance.ca_certificate
  parameter_group_name        = aws_db_parameter_group.this.name

  performance_insights_enabled          = var.monitoring.performance_insights
  performance_insights_retention_period = var.monitoring.performance_insights ? var.monitoring.performance_insights_days : null
  performance_insights_kms_key_id       = var.monitoring.performance_insights ? var.kms_key_arn : null
  monitoring_interval                   = var.monitoring.enhanced_interval_seconds
  monitoring_role_arn                   = one(aws_iam_role.monitoring[*].arn)
  enabled_cloudwatch_logs_exports       = var.monitoring.log_exports

  snapshot_identifier = local.is_restored && try(var.origin.snapshot, null) != null ? var.origin.snapshot.identifier : null
  replicate_source_db = local.is_replica ? var.origin.replica_of.arn : null
  deletion_protection = var.deletion_protection
  tags                = var.tags

  dynamic "restore_to_point_in_time" {
    for_each = local.is_restored ? [for source in [var.origin.point_in_time] : source if source != null] : []

    content {
      source_db_instance_identifier = restore_to_point_in_time.value.source_identifier
      restore_time                  = restore_to_point_in_time.value.time
      use_latest_restorable_time    = restore_to_point_in_time.value.time == null ? true : null
    }
  }

  lifecycle {
    # Where the data came from is history: a snapshot that is no longer named must not cost the database.
    ignore_changes = [snapshot_identifier, restore_to_point_in_time]
  }

  # RDS makes log groups that are missing, and would keep their lines for ever; and it tries the role at once.
  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy_attachment.monitoring]
}

resource "aws_db_subnet_group" "this" {
  name        = coalesce(var.network.subnet_group_name, var.identifier)
  description = "Subnets of ${var.identifier}"
  subnet_ids  = var.network.subnet_ids
  tags        = var.tags
}

resource "aws_db_parameter_group" "this" {
  name        = coalesce(var.parameter_group.name, "${var.identifier}-postgres${local.major_version}")
  family      = "postgres${local.major_version}"
  description = "Settings of ${var.identifier}"
  tags        = var.tags

  parameter {
    name         = "rds.force_ssl"
    value        = var.parameter_group.require_tls ? "1" : "0"
    apply_method = "immediate"
  }

  dynamic "parameter" {
    for_each = var.parameter_group.parameters

    content {
      name         = parameter.key
      value        = parameter.value.value
      apply_method = parameter.value.reboot ? "pending-reboot" : "immediate"
    }
  }

  lifecycle {
    # With a new major version the instance moves to the new group before the old one goes.
    create_before_destroy = true
  }
}
