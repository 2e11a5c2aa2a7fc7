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

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_subnet" "this" {
  for_each = { a = "10.0.1.0/24", b = "10.0.2.0/24" }

  vpc_id            = aws_vpc.this.id
  availability_zone = "${var.region}${each.key}"
  cidr_block        = each.value
}

resource "aws_security_group" "this" {
  name        = "storymagic-alb"
  description = "storymagic-alb"
  vpc_id      = aws_vpc.this.id
}

resource "aws_acm_certificate" "this" {
  for_each = toset(["example.com", "example.org"])

  domain_name       = each.key
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_s3_bucket" "logs" {
  bucket_prefix = "storymagic-alb-logs-"
  force_destroy = true
}

data "aws_caller_identity" "current" {}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "s3:PutObject"
      Principal = { Service = "logdelivery.elasticloadbalancing.amazonaws.com" }
      Resource  = "${aws_s3_bucket.logs.arn}/storymagic/AWSLogs/${data.aws_caller_identity.current.account_id}/*"
    }]
  })
}

resource "aws_wafv2_web_acl" "this" {
  name  = "storymagic"
  scope = "REGIONAL"

  default_action {
    allow {}
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "storymagic"
    sampled_requests_enabled   = true
  }
}

module "alb" {
  source = "../.."

  name                   = "storymagic-alb"
  subnet_ids             = values(aws_subnet.this)[*].id
  security_group_ids     = [aws_security_group.this.id]
  idle_timeout_seconds   = 120
  desync_mitigation_mode = "strictest"
  deletion_protection    = false

  https = {
    certificate_arn             = aws_acm_certificate.this["example.com"].arn
    additional_certificate_arns = { org = aws_acm_certificate.this["example.org"].arn }
    ssl_policy                  = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
  }

  default_response = {
    status_code  = 403
    content_type = "application/json"
    body         = "{\"error\":\"unknown host\"}"
  }

  response_headers = { frame_options = "DENY" }

  logs = {
    bucket     = aws_s3_bucket_policy.logs.bucket
    prefix     = "storymagic"
    connection = true
  }

  web_acl = { arn = aws_wafv2_web_acl.this.arn }
  tags    = { Component = "api" }

  depends_on = [aws_internet_gateway.this]
}

module "internal" {
  source = "../.."

  name                = "storymagic-internal"
  subnet_ids          = values(aws_subnet.this)[*].id
  security_group_ids  = [aws_security_group.this.id]
  internal            = true
  http                = "serve"
  deletion_protection = false
}
