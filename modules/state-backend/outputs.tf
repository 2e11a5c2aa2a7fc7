output "bucket_id" {
  description = "Name of the state bucket."
  value       = aws_s3_bucket.this.id
}

output "bucket_arn" {
  description = "ARN of the state bucket."
  value       = aws_s3_bucket.this.arn
}

output "kms_key_arn" {
  description = "ARN of the key that encrypts the states."
  value       = local.kms_key_arn
}

output "lock_table_name" {
  description = "Name of the DynamoDB lock table, null without `lock_table`."
  value       = one(aws_dynamodb_table.lock[*].name)
}

output "backend_config" {
  description = "Arguments for `backend \"s3\"` that depend on this bucket: write them into a file and pass it by `terraform init -backend-config=FILE`."
  value = merge(
    {
      bucket       = aws_s3_bucket.this.id
      region       = aws_s3_bucket.this.region
      kms_key_id   = local.kms_key_arn
      encrypt      = "true"
      use_lockfile = "true"
    },
    { for table in aws_dynamodb_table.lock : "dynamodb_table" => table.name },
  )
}
