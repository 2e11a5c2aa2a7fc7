data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  # Written from its name, so that the policy can be read in the plan.
  bucket_arn  = "arn:${data.aws_partition.current.partition}:s3:::${var.bucket_name}"
  kms_key_arn = var.encryption.kms_key_arn == null ? aws_kms_key.this[0].arn : var.encryption.kms_key_arn
  principals  = sort(tolist(var.access_principal_arns))

  deny_statements = [
    {
      Sid       = "DenyPlainHttp"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [local.bucket_arn, "${local.bucket_arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    },
    {
      # `encrypt = true` without `kms_key_id` asks for SSE-S3 and would bypass the key of the bucket.
      Sid       = "DenyOtherEncryption"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:PutObject"
      Resource  = ["${local.bucket_arn}/*"]
      Condition = {
        Null            = { "s3:x-amz-server-side-encryption" = "false" }
        StringNotEquals = { "s3:x-amz-server-side-encryption" = "aws:kms" }
      }
    },
  ]

  allow_statements = [
    for statement in [
      {
        Sid       = "ListForOtherAccounts"
        Effect    = "Allow"
        Principal = { AWS = local.principals }
        Action    = ["s3:ListBucket", "s3:GetBucketVersioning"]
        Resource  = [local.bucket_arn]
      },
      {
        # Deletion is for lock files and workspaces; versions cannot be deleted with it.
        Sid       = "UseStatesFromOtherAccounts"
        Effect    = "Allow"
        Principal = { AWS = local.principals }
        Action    = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
        Resource  = ["${local.bucket_arn}/*"]
      },
    ] : statement if length(local.principals) > 0
  ]

  key_statements = concat(
    [{
      Sid       = "AdministerInThisAccount"
      Effect    = "Allow"
      Principal = { AWS = ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"] }
      Action    = ["kms:*"]
      Resource  = "*"
    }],
    [for principals in [local.principals] : {
      Sid       = "UseFromOtherAccounts"
      Effect    = "Allow"
      Principal = { AWS = principals }
      Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"]
      Resource  = "*"
    } if length(principals) > 0],
  )
}

resource "aws_kms_key" "this" {
  count = var.encryption.kms_key_arn == null ? 1 : 0

  description             = "Terraform states in ${var.bucket_name}"
  enable_key_rotation     = true
  deletion_window_in_days = var.encryption.deletion_window_days
  policy                  = jsonencode({ Version = "2012-10-17", Statement = local.key_statements })
  tags                    = var.tags
}

resource "aws_kms_alias" "this" {
  count = var.encryption.kms_key_arn == null ? 1 : 0

  name          = "alias/${var.bucket_name}"
  target_key_id = aws_kms_key.this[0].key_id
}
