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

module "vpc" {
  source = "../../../vpc"

  name = "storymagic"
  cidr = "10.0.0.0/16"

  tiers = {
    public = { route = "internet", subnets = { "${var.region}a" = "10.0.1.0/24", "${var.region}b" = "10.0.11.0/24" } }
    app    = { route = "nat", subnets = { "${var.region}a" = "10.0.2.0/24", "${var.region}b" = "10.0.12.0/24" } }
  }
}

module "security_groups" {
  source = "../../../security-groups"

  name   = "storymagic"
  vpc_id = module.vpc.vpc_id

  groups = {
    alb = {
      ingress = { http = { port = 80, cidr = "10.0.0.0/16" } }
      egress  = { ecs = { port = 3000, group = "ecs" } }
    }
    ecs = {
      ingress = { alb = { port = 3000, group = "alb" } }
      egress  = { https = { port = 443, cidr = "0.0.0.0/0" } }
    }
  }
}

module "alb" {
  source = "../../../alb"

  name                = "storymagic-alb"
  subnet_ids          = module.vpc.subnet_ids.public
  security_group_ids  = [module.security_groups.ids.alb]
  internal            = true
  http                = "serve"
  deletion_protection = false
}

resource "aws_ecs_cluster" "this" {
  name = "storymagic-production"

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_secretsmanager_secret" "openai" {
  name                    = "storymagic/openai-api-key"
  recovery_window_in_days = 7
}

resource "aws_iam_role" "execution" {
  name = "storymagic-api-execution"

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }]
  })
}

resource "aws_iam_role" "task" {
  name               = "storymagic-api-task"
  assume_role_policy = aws_iam_role.execution.assume_role_policy
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "storymagic-api-errors"
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HTTPCode_Target_5XX_Count"
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 10
  period              = 60
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  dimensions          = { LoadBalancer = module.alb.arn_suffix }
}

module "api" {
  source = "../.."

  name               = "storymagic-api"
  cluster_arn        = aws_ecs_cluster.this.arn
  platform_version   = "1.4.0"
  images             = var.images
  size               = { cpu = 1024, memory = 2048, ephemeral_storage_gib = 30 }
  architecture       = "ARM64"
  execution_role_arn = aws_iam_role.execution.arn
  task_role_arn      = aws_iam_role.task.arn
  execute_command    = true

  release = {
    weights            = { blue = 100, green = 0 }
    stickiness_seconds = 300
    idle               = var.idle
  }

  container = {
    port                     = 3000
    environment              = { NODE_ENV = "production" }
    secrets                  = { OPENAI_API_KEY = aws_secretsmanager_secret.openai.arn }
    user                     = "1000"
    readonly_root_filesystem = false
    health_check             = { command = ["CMD-SHELL", "curl -f http://localhost:3000/health || exit 1"] }
  }

  sidecars = {
    xray = {
      image                    = "public.ecr.aws/xray/aws-xray-daemon:3.3.14"
      ports                    = [{ port = 2000, protocol = "udp" }]
      cpu                      = 32
      memory                   = 256
      readonly_root_filesystem = false
    }
  }

  network = {
    vpc_id             = module.vpc.vpc_id
    subnet_ids         = module.vpc.subnet_ids.app
    security_group_ids = [module.security_groups.ids.ecs]
  }

  load_balancer = {
    listener_arn      = module.alb.listener_arn
    priority          = 100
    hosts             = ["api.example.com"]
    target_group_name = "storymagic-api-tg"
    algorithm         = "least_outstanding_requests"
  }

  scaling = {
    min                        = 1
    max                        = 4
    initial                    = 2
    cpu_percent                = 70
    memory_percent             = 80
    requests_per_target        = 1000
    scale_out_cooldown_seconds = 300
  }

  deployment = {
    minimum_healthy_percent = 50
    alarm_names             = [aws_cloudwatch_metric_alarm.errors.alarm_name]
  }

  capacity_providers = {
    FARGATE      = { weight = 1, base = 1 }
    FARGATE_SPOT = { weight = 3 }
  }

  logs = { retention_days = 30 }
  tags = { Component = "api" }
}
