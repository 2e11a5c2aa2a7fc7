# SM-058..SM-062.
module "alb" {
  source = "../../modules/alb"

  name                = local.alb_name
  subnet_ids          = module.network.subnet_ids["public"]
  security_group_ids  = [module.security_groups.ids["alb"]]
  https               = { certificate_arn = module.alb_certificate.arn }
  deletion_protection = var.protect

  # By way of the policy: the load balancer checks that it may write.
  logs = { bucket = aws_s3_bucket_policy.logs.bucket, prefix = "alb" }
}

# SM-120: a tag is a commit, for good. SM-149, C-037: untagged images go after 30 days; released ones stay, however old the
# one that runs may be.
module "registry" {
  source = "../../modules/ecr"

  name            = local.api_name
  lifecycle_rules = { untagged_days = 30, keep = [{ tag_patterns = ["*"], count = 100 }] }
  force_delete    = !var.protect
}

# SM-010.
resource "aws_ecs_cluster" "this" {
  name = local.cluster_name

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

locals {
  # C-029: a revision of the task definition is named by its ARN, and an image by its commit; SM-014 and SM-027 say
  # latest for both.
  images = {
    blue  = "${module.registry.repository_url}:${var.image_tag}"
    green = "${module.registry.repository_url}:${coalesce(var.green_image_tag, var.image_tag)}"
  }

  health_check_command = "curl -f http://localhost:3000${var.health_check_path} || exit 1"
}

# SM-011..SM-033, SM-063..SM-068, SM-103, SM-122, SM-129, SM-131.
module "api" {
  source = "../../modules/ecs-service"

  name               = local.api_name
  cluster_arn        = aws_ecs_cluster.this.arn
  platform_version   = "1.4.0"
  images             = local.images
  size               = { cpu = var.api.cpu, memory = var.api.memory }
  execution_role_arn = module.roles.execution_role_arn
  task_role_arn      = module.roles.task_role_arn
  logs               = { group_name = local.api_log_group, retention_days = 30 }

  # C-028: ECS has no traffic weights, so a release is a second service behind a second target group. Green rests until
  # it gets an image of its own.
  release = { idle = var.green_image_tag == null ? ["green"] : [] }

  container = {
    port = 3000

    environment = {
      NODE_ENV                = "production"
      APP_ENV                 = local.environment
      DATABASE_HOST           = module.database.address
      DATABASE_SECRET         = local.database_secret
      REDIS_HOST              = module.cache.primary_address
      REDIS_USER              = module.cache.user_names[local.cache_user]
      ASSETS_BUCKET           = local.assets_bucket
      METRIC_NAMESPACE        = local.metric_namespace
      AWS_XRAY_DAEMON_ADDRESS = "localhost:2000"
    }

    # SM-033: references; the values stay in Secrets Manager.
    secrets = {
      OPENAI_API_KEY  = module.secrets.arns["${local.secret_prefix}/openai-api-key"]
      FIREBASE_CONFIG = module.secrets.arns["${local.secret_prefix}/firebase-config"]
    }

    # SM-029.
    health_check = { command = ["CMD-SHELL", local.health_check_command] }
  }

  # SM-112: takes the traces from the API and sends them on.
  sidecars = {
    xray-daemon = {
      image = var.xray_daemon_image
      ports = [{ port = 2000, protocol = "udp" }]
    }
  }

  network = {
    vpc_id             = module.network.vpc_id
    subnet_ids         = module.network.subnet_ids["app"]
    security_group_ids = [module.security_groups.ids["ecs"]]
  }

  # SM-063..SM-068, C-038.
  load_balancer = {
    listener_arn      = module.alb.listener_arn
    priority          = 100
    target_group_name = local.target_group_name
    health_check = {
      path                = var.health_check_path
      interval_seconds    = 30
      timeout_seconds     = 5
      healthy_threshold   = 2
      unhealthy_threshold = 3
    }
  }

  # SM-015, SM-018..SM-023.
  scaling = {
    initial                    = var.api.desired_count
    min                        = var.api.min_count
    max                        = var.api.max_count
    cpu_percent                = 70
    memory_percent             = 80
    scale_out_cooldown_seconds = 300
    scale_in_cooldown_seconds  = 300
  }

  # SM-016, SM-017, SM-129, SM-131.
  deployment = {
    minimum_healthy_percent = 50
    maximum_percent         = 200
    rollback                = true
    keep_task_definitions   = true
  }
}

locals {
  arn_prefix = "arn:aws:%s:${var.region}:${local.account_id}:%s"

  secret_arns   = [format(local.arn_prefix, "secretsmanager", "secret:${local.secret_prefix}/*")]
  log_group_arn = format(local.arn_prefix, "logs", "log-group:${local.api_log_group}")
}

# SM-091..SM-099.
module "roles" {
  source = "../../modules/iam-roles"

  name = local.api_name

  # C-039: custom metrics and traces need rights too, which the document forgets.
  task = {
    secret_arns       = local.secret_arns
    kms_aliases       = [local.kms_alias]
    log_group_arns    = [local.log_group_arn]
    bucket_read_arns  = ["arn:aws:s3:::${local.assets_bucket}"]
    bucket_write_arns = ["arn:aws:s3:::${local.assets_bucket}"]
    metric_namespaces = [local.metric_namespace]
    elasticache_connect = [
      format(local.arn_prefix, "elasticache", "replicationgroup:${local.cache_id}"),
      format(local.arn_prefix, "elasticache", "user:${local.cache_id}-${local.cache_user}"),
    ]
    xray = true
  }

  execution = {
    secret_arns    = local.secret_arns
    kms_aliases    = [local.kms_alias]
    log_group_arns = [local.log_group_arn]
  }

  github = {
    repository   = var.github_repository
    provider_arn = "arn:aws:iam::${local.account_id}:oidc-provider/token.actions.githubusercontent.com"
  }

  github_roles = {
    deploy = {
      subjects = ["environment:${local.environment}"]
      ecs = {
        repository_arns = [format(local.arn_prefix, "ecr", "repository/${local.api_name}")]
        service_arns    = [format(local.arn_prefix, "ecs", "service/${local.cluster_name}/*")]
      }
      # SM-147: the pipeline saves the database before it applies.
      statements = [{
        sid       = "SaveDatabase"
        actions   = ["rds:AddTagsToResource", "rds:CreateDBSnapshot", "rds:DescribeDBSnapshots"]
        resources = [format(local.arn_prefix, "rds", "db:${local.database_id}"), format(local.arn_prefix, "rds", "snapshot:${local.database_id}-before-*")]
      }]
    }
  }
}
