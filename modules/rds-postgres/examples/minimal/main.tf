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
  for_each = { a = "10.0.3.0/24", b = "10.0.13.0/24" }

  vpc_id            = aws_vpc.this.id
  availability_zone = "${var.region}${each.key}"
  cidr_block        = each.value
}

resource "aws_security_group" "this" {
  name        = "example-db"
  description = "example-db"
  vpc_id      = aws_vpc.this.id
}

module "database" {
  source = "../.."

  identifier     = "example"
  engine_version = "16"
  instance_class = "db.t4g.micro"

  network = {
    subnet_ids         = values(aws_subnet.this)[*].id
    security_group_ids = [aws_security_group.this.id]
  }
}
