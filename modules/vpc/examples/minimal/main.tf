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
  source = "../.."

  name = "example"
  cidr = "10.0.0.0/16"

  tiers = {
    public = {
      route   = "internet"
      subnets = { "${var.region}a" = "10.0.1.0/24", "${var.region}b" = "10.0.11.0/24" }
    }
    private = {
      route   = "nat"
      subnets = { "${var.region}a" = "10.0.2.0/24", "${var.region}b" = "10.0.12.0/24" }
    }
  }
}
