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

resource "aws_kms_key" "this" {
  description         = "storymagic images"
  enable_key_rotation = true
}

module "ecr" {
  source = "../.."

  name            = "storymagic-api"
  kms_key         = { arn = aws_kms_key.this.arn }
  pull_principals = ["arn:aws:iam::210987654321:root"]
  force_delete    = true

  # A release is tagged twice, by commit and by `release-<date>`: it counts among the releases and survives however
  # many builds follow.
  lifecycle_rules = {
    untagged_days = 30
    keep = [
      { tag_patterns = ["release-*"], count = 20 },
      { tag_patterns = ["*"], count = 100 },
    ]
  }

  tags = { Component = "api" }
}

module "scratch" {
  source = "../.."

  name            = "storymagic-scratch"
  mutable_tags    = true
  scan_on_push    = false
  kms_key         = null
  lifecycle_rules = { untagged_days = 1, keep = [{ tag_patterns = ["*"], count = 5 }] }
}
