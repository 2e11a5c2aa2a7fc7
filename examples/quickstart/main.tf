terraform {
  required_version = ">= 1.8"

  required_providers {
    slipway = {
      source  = "slipway/slipway"
      version = "~> 0.1"
    }
  }
}

provider "slipway" {
  aws = {
    region = "eu-west-1"

    default_tags = {
      Project = "quickstart"
    }
  }
}

data "slipway_caller_identity" "current" {
  aws = {}
}

resource "slipway_storage_bucket" "assets" {
  name = "slipway-quickstart-assets"

  aws = {
    versioning = "Enabled"

    lifecycle_rules = [
      {
        id = "forget-old-versions"
        noncurrent_version_expiration = {
          noncurrent_days = provider::slipway::parse_duration("30d") / 86400
        }
        abort_incomplete_multipart_upload_days = 7
      },
    ]

    tags = {
      Environment = "demo"
    }
  }
}

output "account_id" {
  description = "The account that the bucket is in."
  value       = data.slipway_caller_identity.current.aws.account_id
}

output "bucket_arn" {
  description = "ARN of the bucket."
  value       = slipway_storage_bucket.assets.aws.arn
}
