# Buckets on AWS S3, in one region and with the same beginning.
list "slipway_storage_bucket" "aws" {
  provider = slipway

  config {
    aws = {
      region = "eu-west-1"
      prefix = "storymagic-"
    }
  }
}

# Buckets on Cloudflare R2, each with all of its attributes.
list "slipway_storage_bucket" "cloudflare" {
  provider         = slipway
  include_resource = true
  limit            = 1000

  config {
    cloudflare = {
      jurisdiction  = "eu"
      name_contains = "storymagic"
    }
  }
}

# Every bucket of a Supabase project.
list "slipway_storage_bucket" "supabase" {
  provider = slipway

  config {
    supabase = {
      project_ref = "abcdefghijklmnopqrst"
    }
  }
}
