output "ids" {
  description = "Ids of the groups by key."
  value       = { for key, group in aws_security_group.this : key => group.id }
}

output "arns" {
  description = "ARNs of the groups by key."
  value       = { for key, group in aws_security_group.this : key => group.arn }
}
