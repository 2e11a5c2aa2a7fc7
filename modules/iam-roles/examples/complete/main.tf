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

data "aws_caller_identity" "current" {}

locals {
  account = data.aws_caller_identity.current.account_id
  secrets = ["arn:aws:secretsmanager:${var.region}:${local.account}:secret:storymagic/*"]
  logs    = ["arn:aws:logs:${var.region}:${local.account}:log-group:/ecs/storymagic-api"]
}

module "roles" {
  source = "../.."

  name = "storymagic-api"

  task = {
    secret_arns       = local.secrets
    log_group_arns    = local.logs
    bucket_read_arns  = ["arn:aws:s3:::storymagic-assets"]
    bucket_write_arns = ["arn:aws:s3:::storymagic-assets"]
    metric_namespaces = ["StoryMagic"]
    xray              = true
    execute_command   = true
  }

  execution = {
    secret_arns    = local.secrets
    log_group_arns = local.logs
  }

  github = { repository = "example/storymagic" }

  github_roles = {
    deploy = {
      subjects = ["environment:production"]
      ecs = {
        repository_arns = ["arn:aws:ecr:${var.region}:${local.account}:repository/storymagic-api"]
        service_arns    = ["arn:aws:ecs:${var.region}:${local.account}:service/storymagic-production/storymagic-api"]
      }
    }
    plan = {
      subjects            = ["pull_request"]
      managed_policy_arns = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
    }
  }

  # Lambda@Edge runs under both principals.
  service_roles = {
    edge = {
      services            = ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]
      managed_policy_arns = ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]
    }
  }

  tags = { Component = "api" }
}
