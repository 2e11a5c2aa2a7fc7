data "aws_caller_identity" "current" {}

module "guard" {
  source = "./guard"

  workspace           = terraform.workspace
  environment         = var.environment
  account_id          = data.aws_caller_identity.current.account_id
  expected_account_id = var.account_id
}

locals {
  environment = module.guard.environment
  account_id  = var.account_id

  # The document names things for production. Elsewhere the environment is added, so that all three fit into one account.
  name   = "storymagic-${local.environment}"
  suffix = local.environment == "production" ? "" : "-${local.environment}"

  cluster_name  = local.name
  api_name      = "storymagic-api${local.suffix}"
  api_log_group = "/ecs/${local.api_name}"
  database_id   = "storymagic-db${local.suffix}"
  cache_user    = "api"
  cache_id      = "storymagic-redis${local.suffix}"
  secret_prefix = "storymagic${local.suffix}"
  alb_name      = "storymagic-alb${local.suffix}"

  # A target group's name has room for 26 characters here.
  target_group_name = "storymagic-api-tg${ { production = "", staging = "-stg", development = "-dev" }[local.environment]}"

  database_name     = "storymagic"
  rotation_function = "${local.name}-rotate-database"

  # SM-143. Whatever is neither database nor cache serves the API.
  tags = {
    Environment = var.environment
    Project     = "storymagic"
    Component   = "api"
  }
  database_tags = { Component = "database" }
  cache_tags    = { Component = "cache" }
}

# SM-152, SM-153: the objectives are promises of this configuration, so they are checked against it.
check "recovery_objectives" {
  assert {
    condition     = var.recovery.rpo_minutes >= 5
    error_message = "An RPO of ${var.recovery.rpo_minutes} minutes cannot be met: point-in-time recovery of RDS reaches to about 5 minutes before the failure."
  }

  assert {
    condition     = var.recovery.rto_minutes >= 60
    error_message = "An RTO of ${var.recovery.rto_minutes} minutes cannot be met: restoring the database into a new instance takes up to an hour, see the runbook."
  }
}
