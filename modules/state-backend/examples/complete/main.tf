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

# Lets S3 write its records of the state bucket.
resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "logging.s3.amazonaws.com" }
      Action    = "s3:PutObject"
      Resource  = "${aws_s3_bucket.logs.arn}/terraform-state/*"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

module "state" {
  source = "../.."

  bucket_name           = "terraform-states-${local.account}"
  lock_table            = { name = "terraform-locks", deletion_protection = false }
  old_versions          = { keep_days = 365, keep_newest = 50 }
  access_principal_arns = ["arn:aws:iam::210987654321:role/terraform"]
  access_log            = { bucket = aws_s3_bucket_policy.logs.bucket }
  force_destroy         = true
  tags                  = { Component = "api" }
}
