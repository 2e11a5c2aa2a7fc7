# One bucket on each cloud. Against the sandbox:
#
#   slipway sandbox up --aws            # in another terminal
#   eval "$(slipway sandbox env)"
#   terraform init
#   terraform apply

terraform {
  required_version = ">= 1.8"

  required_providers {
    slipway = {
      source  = "slipway/slipway"
      version = "~> 0.1"
    }
  }
}

variable "supabase_project_ref" {
  description = "Reference of the Supabase project, such as `abcdefghijklmnopqrst`."
  type        = string
}

# Credentials come from the environment.
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

resource "slipway_storage_bucket" "archive" {
  # All of AWS shares one namespace.
  name_prefix = "slipway-quickstart-"

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

resource "slipway_storage_bucket" "downloads" {
  name = "downloads"

  cloudflare = {
    cors_rules = [
      {
        allowed = {
          origins = ["https://app.example.com"]
          methods = ["GET", "HEAD"]
        }
      },
    ]

    lifecycle_rules = [
      {
        id                        = "nightly-builds"
        prefix                    = "nightly/"
        delete_objects_transition = { max_age = "14d" }
      },
    ]

    r2_dev_enabled = true
  }
}

resource "slipway_storage_bucket" "avatars" {
  name = "avatars"

  supabase = {
    project_ref        = var.supabase_project_ref
    public             = true
    file_size_limit    = "5MB"
    allowed_mime_types = ["image/png", "image/jpeg"]
  }
}

output "aws_account_id" {
  description = "The AWS account that the archive is in."
  value       = data.slipway_caller_identity.current.aws.account_id
}

output "archive_arn" {
  description = "ARN of the archive."
  value       = slipway_storage_bucket.archive.aws.arn
}

output "downloads_host" {
  description = "Host that serves the downloads."
  value       = slipway_storage_bucket.downloads.cloudflare.r2_dev_domain
}

output "avatars_url" {
  description = "What the URL of every avatar begins with."
  value       = slipway_storage_bucket.avatars.supabase.public_url
}
