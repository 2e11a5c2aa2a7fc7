output "arns" {
  description = "ARN of every secret, by name."
  value       = module.secrets.arns
}
