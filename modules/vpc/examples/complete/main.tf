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

locals {
  cidr       = "10.0.0.0/16"
  everywhere = "0.0.0.0/0"
  ephemeral  = { from_port = 1024, to_port = 65535 }
}

module "vpc" {
  source = "../.."

  name         = "storymagic"
  cidr         = local.cidr
  nat_gateways = "per_zone"

  tiers = {
    public = {
      route      = "internet"
      public_ips = true
      subnets    = { "${var.region}a" = "10.0.1.0/24", "${var.region}b" = "10.0.11.0/24" }
    }

    app = {
      route   = "nat"
      subnets = { "${var.region}a" = "10.0.2.0/24", "${var.region}b" = "10.0.12.0/24" }
      network_acl = {
        ingress = [
          { rule_number = 100, from_port = 3000, cidr = local.cidr },
          { rule_number = 110, from_port = 6379, cidr = local.cidr },
          { rule_number = 120, from_port = 443, cidr = local.cidr },
          merge({ rule_number = 200, cidr = local.everywhere }, local.ephemeral),
        ]
        egress = [
          { rule_number = 100, from_port = 443, cidr = local.everywhere },
          { rule_number = 110, from_port = 5432, cidr = local.cidr },
          { rule_number = 120, from_port = 6379, cidr = local.cidr },
          { rule_number = 130, from_port = 53, protocol = "udp", cidr = local.cidr },
          merge({ rule_number = 200, cidr = local.cidr }, local.ephemeral),
        ]
      }
    }

    data = {
      route   = "none"
      subnets = { "${var.region}a" = "10.0.3.0/24", "${var.region}b" = "10.0.13.0/24" }
      network_acl = {
        ingress = [
          { rule_number = 90, protocol = "icmp", cidr = local.cidr },
          { rule_number = 100, from_port = 5432, cidr = local.cidr },
        ]
        egress = [merge({ rule_number = 100, cidr = local.cidr }, local.ephemeral)]
      }
    }
  }

  gateway_endpoints = ["s3", "dynamodb"]

  interface_endpoints = {
    services           = ["ecr.api", "ecr.dkr", "logs", "secretsmanager"]
    tier               = "app"
    security_group_ids = [aws_security_group.endpoints.id]
  }

  flow_logs = {
    interval_seconds = 60
    retention_days   = 14
  }

  tags = { Component = "network" }
}

resource "aws_security_group" "endpoints" {
  name        = "vpc-endpoints"
  description = "Interface endpoints"
  vpc_id      = module.vpc.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  security_group_id = aws_security_group.endpoints.id
  description       = "Whatever runs in the VPC"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = local.cidr
}

# A second VPC with its flow logs in a bucket: a tier without a way out and nothing else.
resource "aws_s3_bucket" "flow_logs" {
  bucket_prefix = "flow-logs-"
  force_destroy = true
}

module "isolated" {
  source = "../.."

  name                         = "isolated"
  cidr                         = "10.1.0.0/20"
  tiers                        = { data = { route = "none", subnets = { "${var.region}a" = "10.1.0.0/24" } } }
  gateway_endpoints            = []
  close_default_security_group = false
  flow_logs                    = { traffic = "REJECT", bucket = { arn = aws_s3_bucket.flow_logs.arn } }
}
