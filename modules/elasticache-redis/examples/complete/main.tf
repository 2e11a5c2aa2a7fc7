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
  for_each = { a = "10.0.2.0/24", b = "10.0.12.0/24" }

  vpc_id            = aws_vpc.this.id
  availability_zone = "${var.region}${each.key}"
  cidr_block        = each.value
}

resource "aws_security_group" "this" {
  name        = "storymagic-redis"
  description = "storymagic-redis"
  vpc_id      = aws_vpc.this.id
}

resource "aws_kms_key" "this" {
  description         = "storymagic cache"
  enable_key_rotation = true
}

resource "aws_sns_topic" "this" {
  name = "storymagic-cache"
}

module "cache" {
  source = "../.."

  name           = "storymagic-redis"
  description    = "Responses and counters"
  engine_version = "7.0"
  node_type      = "cache.t3.micro"
  node_count     = 2
  encryption     = { kms_key_arn = aws_kms_key.this.arn }

  authentication = {
    iam_users = {
      api     = {}
      reports = { access = "on ~report:* +@read" }
    }
  }

  network = {
    subnet_ids         = values(aws_subnet.this)[*].id
    security_group_ids = [aws_security_group.this.id]
    subnet_group_name  = "private-cache-subnets"
  }

  parameter_group = {
    parameters = {
      maxmemory-policy = "allkeys-lru"
      timeout          = "0"
      tcp-keepalive    = "300"
    }
  }

  snapshots = {
    retention_days = 7
    final_name     = "storymagic-redis-final"
  }

  maintenance = { topic_arn = aws_sns_topic.this.arn }
  tags        = { Component = "cache" }
}

# For an application that cannot sign in with IAM: one node, a password that also stands in the state.
module "sessions" {
  source = "../.."

  name           = "storymagic-sessions"
  engine         = "valkey"
  engine_version = "8.0"
  node_type      = "cache.t4g.micro"
  node_count     = 1
  auth_token     = var.session_token
  logs           = null

  network = {
    subnet_ids         = values(aws_subnet.this)[*].id
    security_group_ids = [aws_security_group.this.id]
  }
}
