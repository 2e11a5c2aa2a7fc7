locals {
  database_secret = "${local.secret_prefix}/database-credentials"
  database_user   = "storymagic"
}

# Made anew in every run and kept nowhere. Only a raised var.database.password_version sends one to the database and to
# its secret, both in the same run.
ephemeral "aws_secretsmanager_random_password" "database" {
  password_length     = 32
  exclude_punctuation = true
}

# SM-100..SM-102, SM-151.
module "secrets" {
  source = "../../modules/secrets"

  kms_key_arn          = aws_kms_key.data.arn
  replicas             = { for region in var.secret_replica_regions : region => null }
  recovery_window_days = var.protect ? 30 : 0

  secrets = {
    "${local.secret_prefix}/openai-api-key" = {
      description = "Key of the OpenAI API: put in and renewed by hand"
    }
    "${local.secret_prefix}/firebase-config" = {
      description = "Service account key of Firebase, JSON: put in and renewed by hand"
    }
    (local.database_secret) = {
      description   = "User and password of the database, renewed every 30 days"
      value_version = var.database.password_version
      rotation      = { function = local.rotation_function, after_days = 30 }
      tags          = local.database_tags
    }
  }

  values = {
    (local.database_secret) = jsonencode({
      engine   = "postgres"
      host     = module.database.address
      port     = 5432
      dbname   = local.database_name
      username = local.database_user
      password = ephemeral.aws_secretsmanager_random_password.database.random_password
    })
  }

  # C-034.
  rotation_functions = {
    (local.rotation_function) = {
      application        = "SecretsManagerRDSPostgreSQLRotationSingleUser"
      subnet_ids         = module.network.subnet_ids["app"]
      security_group_ids = [module.security_groups.ids["rotation"]]
    }
  }
}
