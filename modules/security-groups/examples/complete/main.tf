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

resource "aws_security_group" "office" {
  name        = "office"
  description = "Made elsewhere"
  vpc_id      = aws_vpc.this.id
}

resource "aws_ec2_managed_prefix_list" "partners" {
  name           = "partners"
  address_family = "IPv4"
  max_entries    = 5

  entry {
    cidr        = "192.0.2.0/24"
    description = "Documentation range"
  }
}

module "security_groups" {
  source = "../.."

  name   = "storymagic"
  vpc_id = aws_vpc.this.id

  groups = {
    alb = {
      name = "alb-security-group"
      ingress = {
        http     = { port = 80, cidr = "0.0.0.0/0", description = "Redirected to HTTPS" }
        https    = { port = 443, cidr = "0.0.0.0/0" }
        https-v6 = { port = 443, cidr = "::/0" }
        partners = { port = 8443, prefix_list_id = aws_ec2_managed_prefix_list.partners.id }
      }
      egress = { all = { protocol = "-1", cidr = "0.0.0.0/0" } }
    }

    ecs = {
      name    = "ecs-security-group"
      ingress = { alb = { port = 3000, group = "alb" } }
      egress = {
        https    = { port = 443, cidr = "0.0.0.0/0" }
        database = { port = 5432, group = "rds" }
        cache    = { port = 6379, group = "redis" }
      }
    }

    # Changes the password in the database and in Secrets Manager.
    rotation = {
      egress = {
        https    = { port = 443, cidr = "0.0.0.0/0" }
        database = { port = 5432, group = "rds" }
      }
    }

    rds = {
      name = "rds-security-group"
      ingress = {
        ecs      = { port = 5432, group = "ecs" }
        rotation = { port = 5432, group = "rotation" }
        office   = { port = 5432, security_group_id = aws_security_group.office.id }
      }
    }

    redis = {
      name    = "redis-security-group"
      ingress = { ecs = { port = 6379, group = "ecs" } }
    }

    # Members reach each other on every port, and anyone may ask whether they are there.
    workers = {
      ingress = {
        members = { port = 0, to_port = 65535, group = "workers" }
        ping    = { protocol = "icmp", cidr = "0.0.0.0/0", public = true }
      }
      egress = { members = { port = 0, to_port = 65535, group = "workers" } }
    }
  }

  tags = { Component = "network" }
}
