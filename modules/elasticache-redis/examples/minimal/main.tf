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
  name        = "example-cache"
  description = "example-cache"
  vpc_id      = aws_vpc.this.id
}

module "cache" {
  source = "../.."

  name           = "example"
  engine_version = "7.1"
  node_type      = "cache.t4g.micro"
  authentication = { iam_users = { api = {} } }

  network = {
    subnet_ids         = values(aws_subnet.this)[*].id
    security_group_ids = [aws_security_group.this.id]
  }
}
