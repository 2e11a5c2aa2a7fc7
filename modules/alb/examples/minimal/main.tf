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
  name        = "example-alb"
  description = "example-alb"
  vpc_id      = aws_vpc.this.id
}

module "alb" {
  source = "../.."

  name                = "example"
  subnet_ids          = values(aws_subnet.this)[*].id
  security_group_ids  = [aws_security_group.this.id]
  https               = { certificate_arn = var.certificate_arn }
  deletion_protection = false

  depends_on = [aws_internet_gateway.this]
}
