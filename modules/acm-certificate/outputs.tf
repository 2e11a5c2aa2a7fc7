output "arn" {
  description = "ARN of the certificate. Where the module waits for validation, it is known only once the certificate is issued."
  value       = one(aws_acm_certificate_validation.this) == null ? aws_acm_certificate.this.arn : aws_acm_certificate_validation.this[0].certificate_arn
}

output "validation_records" {
  description = "CNAME records that prove control of the names, by name: what to write where the zone is not in Route 53."
  value = {
    for name, options in local.options : name => {
      name  = options[0].resource_record_name
      type  = options[0].resource_record_type
      value = options[0].resource_record_value
    }
  }
}
