//! `slipway_storage_bucket` on S3: its whole life, with the real Terraform.

mod crash;
mod elsewhere;
mod faults;
mod life;
mod reads;
mod updates;

/// The address of the bucket in every configuration here.
const BUCKET: &str = "slipway_storage_bucket.b";

/// A configuration of one bucket: its own attributes, then those of its S3 target.
fn bucket(own: &str, aws: &str) -> String {
    format!(
        "resource \"slipway_storage_bucket\" \"b\" {{\n  name = \"NAME\"\n  {own}\n  aws = {{\n{aws}\n  }}\n}}\n"
    )
}

/// One bucket with everything that can be set together.
const COMPLETE: &str = r#"
    versioning = "Enabled"
    encryption = {
      sse_algorithm      = "aws:kms"
      bucket_key_enabled = true
    }
    lifecycle_rules = [
      {
        id     = "logs"
        filter = { prefix = "logs/" }
        transitions = [
          { days = 30, storage_class = "STANDARD_IA" },
          { days = 90, storage_class = "GLACIER" },
        ]
        expiration = { days = 365 }
      },
      {
        id                                     = "tidy"
        abort_incomplete_multipart_upload_days = 7
        noncurrent_version_expiration          = { noncurrent_days = 60 }
      },
    ]
    cors_rules = [{
      allowed_origins = ["https://example.com"]
      allowed_methods = ["GET", "PUT"]
      allowed_headers = ["*"]
      expose_headers  = ["ETag"]
      max_age_seconds = 3600
    }]
    website = {
      index_document = "index.html"
      error_document = "404.html"
    }
    policy = jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid       = "Readers"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::123456789012:root" }
        Action    = "s3:GetObject"
        Resource  = "arn:aws:s3:::NAME/*"
      }]
    })
    tags = {
      team = "web"
      cost = "12"
    }
"#;
