resource "slipway_storage_bucket" "uploads" {
  name = "storymagic-uploads"

  aws = {
    region     = "eu-west-1"
    versioning = "Enabled"

    encryption = {
      sse_algorithm      = "aws:kms"
      kms_key_id         = "alias/aws/s3"
      bucket_key_enabled = true
    }

    lifecycle_rules = [
      {
        id = "archive"
        filter = {
          prefix = "originals/"
        }
        transitions = [
          { days = 30, storage_class = "STANDARD_IA" },
          { days = 90, storage_class = "GLACIER" },
        ]
        expiration = {
          days = 365
        }
      },
      {
        id                                     = "tidy"
        abort_incomplete_multipart_upload_days = 7
        noncurrent_version_expiration = {
          noncurrent_days = 30
        }
      },
    ]

    cors_rules = [
      {
        allowed_origins = ["https://app.example.com"]
        allowed_methods = ["GET", "PUT"]
        allowed_headers = ["*"]
        max_age_seconds = 3600
      },
    ]

    tags = {
      Environment = "production"
    }
  }
}
