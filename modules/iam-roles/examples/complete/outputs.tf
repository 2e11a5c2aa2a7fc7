output "role_arns" {
  description = "ARN of every role, by purpose."
  value       = module.roles.role_arns
}
