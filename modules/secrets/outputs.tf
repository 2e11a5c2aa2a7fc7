output "arns" {
  description = "ARN of every secret, by name."
  value       = { for name, secret in aws_secretsmanager_secret.this : name => secret.arn }

  # Whoever reads a secret must find the value that this module was asked to write.
  depends_on = [aws_secretsmanager_secret_version.this]
}

output "rotation_function_arns" {
  description = "ARN of every rotation function, by name."
  value       = local.rotation_function_arns
}
