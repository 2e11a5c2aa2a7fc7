terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.95, < 7"
    }
  }
}

provider "aws" {
  region = var.region
}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "this" {
  for_each = { a = "10.0.3.0/24", b = "10.0.13.0/24" }

  vpc_id            = aws_vpc.this.id
  availability_zone = "${var.region}${each.key}"
  cidr_block        = each.value
}

resource "aws_security_group" "this" {
  name        = "storymagic-db"
  description = "storymagic-db"
  vpc_id      = aws_vpc.this.id
}

resource "aws_kms_key" "this" {
  description         = "storymagic database"
  enable_key_rotation = true
}

module "database" {
  source = "../.."

  identifier          = "storymagic-db"
  engine_version      = "15"
  instance_class      = "db.t3.medium"
  database_name       = "storymagic"
  master_username     = "storymagic"
  kms_key_arn         = aws_kms_key.this.arn
  multi_az            = true
  deletion_protection = false

  storage = {
    type          = "gp2"
    allocated     = 100
    max_allocated = 1000
  }

  network = {
    subnet_ids         = values(aws_subnet.this)[*].id
    security_group_ids = [aws_security_group.this.id]
    subnet_group_name  = "private-db-subnets"
  }

  backup = {
    retention_days = 7
    window         = var.backup_window
    final_snapshot = var.final_snapshot
  }

  parameter_group = {
    name = "custom-postgresql15"
    parameters = {
      shared_preload_libraries = { value = "pg_stat_statements", reboot = true }
      max_connections          = { value = "200", reboot = true }
      work_mem                 = { value = "16384" }
    }
  }

  monitoring = { log_exports = ["postgresql", "upgrade"] }
  tags       = { Component = "database" }
}

# Follows the database, for reports. In another region, call the module with `providers = { aws = aws.<alias> }` and a
# key of that region.
module "replica" {
  source = "../.."

  identifier          = "storymagic-db-replica"
  engine_version      = "15"
  instance_class      = "db.t3.medium"
  origin              = { replica_of = { arn = module.database.arn } }
  kms_key_arn         = aws_kms_key.this.arn
  multi_az            = false
  deletion_protection = false

  storage = { type = "gp2", allocated = 100, max_allocated = 1000 }
  backup  = { window = var.backup_window, final_snapshot = false }

  network = {
    subnet_ids         = values(aws_subnet.this)[*].id
    security_group_ids = [aws_security_group.this.id]
  }
}

# A password of one's own choice, known to Secrets Manager and the database, and to no state.
ephemeral "aws_secretsmanager_random_password" "master" {
  password_length     = 32
  exclude_punctuation = true
}

locals {
  password_version = 1
}

resource "aws_secretsmanager_secret" "master" {
  name                    = "storymagic/tools-database"
  recovery_window_in_days = 7
}

module "tools" {
  source = "../.."

  identifier              = "storymagic-tools"
  engine_version          = "16"
  instance_class          = "db.t4g.micro"
  master_password         = ephemeral.aws_secretsmanager_random_password.master.random_password
  master_password_version = local.password_version
  multi_az                = false
  iam_authentication      = false
  deletion_protection     = false

  storage     = { max_allocated = 0 }
  backup      = { retention_days = 1, window = var.backup_window, keep_after_deletion = false, final_snapshot = false }
  maintenance = { window = "wed:05:00-wed:06:00", apply_immediately = true }
  monitoring  = { performance_insights = false, enhanced_interval_seconds = 0, log_exports = [] }

  network = {
    subnet_ids         = values(aws_subnet.this)[*].id
    security_group_ids = [aws_security_group.this.id]
  }
}

resource "aws_secretsmanager_secret_version" "master" {
  secret_id                = aws_secretsmanager_secret.master.id
  secret_string_wo         = jsonencode({ username = module.tools.master_username, password = ephemeral.aws_secretsmanager_random_password.master.random_password })
  secret_string_wo_version = local.password_version
}
