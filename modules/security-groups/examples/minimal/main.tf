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

module "security_groups" {
  source = "../.."

  name   = "example"
  vpc_id = aws_vpc.this.id

  groups = {
    api = {
      ingress = { https = { port = 443, cidr = "0.0.0.0/0" } }
      egress  = { database = { port = 5432, group = "database" } }
    }
    database = {
      ingress = { api = { port = 5432, group = "api" } }
    }
  }
}
