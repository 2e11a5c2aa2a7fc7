output "id" {
  description = "Id of the distribution, for invalidations."
  value       = aws_cloudfront_distribution.this.id
}

output "arn" {
  description = "ARN of the distribution, for the `aws:SourceArn` condition of a bucket policy."
  value       = aws_cloudfront_distribution.this.arn
}

output "domain_name" {
  description = "CloudFront's own name of the distribution: the target of the records for `aliases`."
  value       = aws_cloudfront_distribution.this.domain_name
}

output "hosted_zone_id" {
  description = "Zone id for alias records that point to the distribution."
  value       = aws_cloudfront_distribution.this.hosted_zone_id
}

output "cache_policy_ids" {
  description = "Id of every cache policy made here, by name."
  value       = { for name, policy in aws_cloudfront_cache_policy.this : name => policy.id }
}

output "response_headers_policy_ids" {
  description = "Id of every response headers policy made here, by name."
  value       = { for name, policy in aws_cloudfront_response_headers_policy.this : name => policy.id }
}

output "function_arns" {
  description = "ARN of every function, by name."
  value       = { for name, function in aws_cloudfront_function.this : name => function.arn }
}
