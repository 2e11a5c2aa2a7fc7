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

data "aws_caller_identity" "current" {}

locals {
  account = data.aws_caller_identity.current.account_id
}

resource "aws_s3_bucket" "logs" {
  bucket = "access-logs-${local.account}"
}

module "state" {
  source = "../.."

  bucket_name           = "terraform-states-${local.account}"
  lock_table            = { name = "terraform-locks", deletion_protection = false }
  old_versions          = { keep_days = 365, keep_newest = 50 }
  access_principal_arns = ["arn:aws:iam::210987654321:role/terraform"]
  access_log            = { bucket = aws_s3_bucket.logs.id }
  force_destroy         = true
  tags                  = { Component = "api" }
}
