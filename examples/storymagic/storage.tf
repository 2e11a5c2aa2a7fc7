# SM-043, SM-096: one key for what the system stores, so that reading it can be granted and taken away in one place.
resource "aws_kms_key" "data" {
  description             = "Data of ${local.name}"
  enable_key_rotation     = true
  deletion_window_in_days = var.protect ? 30 : 7
}

resource "aws_kms_alias" "data" {
  name          = local.kms_alias
  target_key_id = aws_kms_key.data.key_id
}

locals {
  # SM-093: the document never names the bucket. Bucket names are unique over all of AWS, hence the account.
  assets_bucket = "${local.name}-assets-${local.account_id}"
  kms_alias     = "alias/${local.name}"
  logs_bucket   = "${local.name}-logs-${local.account_id}"
}

resource "aws_s3_bucket" "assets" {
  bucket        = local.assets_bucket
  force_destroy = !var.protect
}

resource "aws_s3_bucket_versioning" "assets" {
  bucket = aws_s3_bucket.assets.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "assets" {
  bucket = aws_s3_bucket.assets.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.data.arn
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "assets" {
  bucket = aws_s3_bucket.assets.id

  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 30
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.assets]
}

# Access logs of CloudFront and the load balancer. The load balancer writes to SSE-S3 buckets only.
resource "aws_s3_bucket" "logs" {
  bucket        = local.logs_bucket
  force_destroy = !var.protect
}

resource "aws_s3_bucket_server_side_encryption_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = 90
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each = { assets = aws_s3_bucket.assets.id, logs = aws_s3_bucket.logs.id }

  bucket                  = each.value
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  for_each = { assets = aws_s3_bucket.assets.id, logs = aws_s3_bucket.logs.id }

  bucket = each.value

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

data "aws_elb_service_account" "this" {}

locals {
  deny_plain_http = {
    for bucket in [local.assets_bucket, local.logs_bucket] : bucket => {
      Sid       = "DenyPlainHttp"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = ["arn:aws:s3:::${bucket}", "arn:aws:s3:::${bucket}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }
  }
}

resource "aws_s3_bucket_policy" "assets" {
  bucket = aws_s3_bucket.assets.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [local.deny_plain_http[local.assets_bucket]] })

  depends_on = [aws_s3_bucket_public_access_block.this]
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      local.deny_plain_http[local.logs_bucket],
      {
        # Word for word what AWS adds to the policy of a bucket that lacks it.
        Sid       = "AWSLogDeliveryWrite1"
        Effect    = "Allow"
        Principal = { Service = "delivery.logs.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "arn:aws:s3:::${local.logs_bucket}/AWSLogs/${local.account_id}/*"
        Condition = {
          StringEquals = { "aws:SourceAccount" = [local.account_id], "s3:x-amz-acl" = "bucket-owner-full-control" }
          ArnLike      = { "aws:SourceArn" = ["arn:aws:logs:us-east-1:${local.account_id}:delivery-source:*"] }
        }
      },
      {
        # Load balancers of the older regions write as an account of AWS, not as a service.
        Sid       = "WriteLoadBalancerLogs"
        Effect    = "Allow"
        Principal = { AWS = data.aws_elb_service_account.this.arn }
        Action    = "s3:PutObject"
        Resource  = "arn:aws:s3:::${local.logs_bucket}/alb/AWSLogs/${local.account_id}/*"
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.this]
}
