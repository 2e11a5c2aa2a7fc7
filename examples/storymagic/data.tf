# SM-034..SM-047, SM-104, SM-146, SM-148.
module "database" {
  source = "../../modules/rds-postgres"

  identifier = local.database_id
  multi_az   = var.database.multi_az

  # C-025: 15.3 of SM-034 can no longer be created. The major alone takes a supported minor, and AWS keeps it current.
  engine_version = var.database.engine_version
  instance_class = var.database.instance_class
  kms_key_arn    = aws_kms_key.data.arn
  database_name  = local.database_name

  storage = {
    type          = "gp2"
    allocated     = var.database.allocated_storage
    max_allocated = var.database.max_allocated_storage
  }

  master_username         = local.database_user
  master_password         = ephemeral.aws_secretsmanager_random_password.database.random_password
  master_password_version = var.database.password_version

  network = {
    subnet_ids         = module.network.subnet_ids["data"]
    security_group_ids = [module.security_groups.ids["rds"]]
    subnet_group_name  = "private-db-subnets${local.suffix}"
  }

  # C-046: backup and maintenance windows touch, which RDS accepts.
  backup = {
    retention_days      = 7
    window              = var.database.backup_window
    final_snapshot      = var.protect
    keep_after_deletion = var.protect
  }

  maintenance = { window = "sun:04:00-sun:05:00" }

  parameter_group = {
    name = "custom-postgresql15${local.suffix}"
    parameters = {
      shared_preload_libraries = { value = "pg_stat_statements", reboot = true }
      max_connections          = { value = "200", reboot = true }
      work_mem                 = { value = "16384" } # in KiB: 16 MB
    }
  }

  monitoring = { log_exports = ["postgresql"], log_retention_days = 7 }

  deletion_protection = var.protect
  tags                = local.database_tags
}

# SM-048..SM-057. C-036: a replication group even for one node, since a plain cluster cannot encrypt both ways. SM-007: it
# stands beside the tasks.
module "cache" {
  source = "../../modules/elasticache-redis"

  name           = local.cache_id
  description    = "Cache of ${local.name}"
  engine_version = "7.0"
  node_type      = var.cache.node_type
  node_count     = var.cache.nodes
  encryption     = { in_transit = true, at_rest = true, kms_key_arn = aws_kms_key.data.arn }

  # The tasks sign in with their role. An auth token would stand in the state.
  authentication = { iam_users = { (local.cache_user) = {} } }

  network = {
    subnet_ids         = module.network.subnet_ids["app"]
    security_group_ids = [module.security_groups.ids["redis"]]
    subnet_group_name  = "private-cache-subnets${local.suffix}"
  }

  parameter_group = {
    parameters = {
      maxmemory-policy = "allkeys-lru"
      timeout          = "0"
      tcp-keepalive    = "300"
    }
  }

  tags = local.cache_tags
}

# SM-155: backups in a second region, once there is to be one. The key of the first region is of no use there.
resource "aws_kms_key" "dr" {
  count    = var.dr_region == null ? 0 : 1
  provider = aws.dr

  description         = "Database backups of ${local.name}"
  enable_key_rotation = true
  tags                = local.database_tags
}

resource "aws_db_instance_automated_backups_replication" "this" {
  count    = var.dr_region == null ? 0 : 1
  provider = aws.dr

  source_db_instance_arn = module.database.arn
  kms_key_id             = aws_kms_key.dr[0].arn
  retention_period       = 7
}

# SM-144, SM-145: a reservation is a purchase for a year, so nobody makes it by accident. The cache has none.
data "aws_rds_reserved_instance_offering" "database" {
  count = var.reserve_database ? 1 : 0

  db_instance_class   = var.database.instance_class
  multi_az            = var.database.multi_az
  duration            = 31536000
  offering_type       = "No Upfront"
  product_description = "postgresql"
}

resource "aws_rds_reserved_instance" "database" {
  count = var.reserve_database ? 1 : 0

  offering_id    = data.aws_rds_reserved_instance_offering.database[0].offering_id
  instance_count = 1
  tags           = local.database_tags
}
