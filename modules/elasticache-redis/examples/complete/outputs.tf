output "primary_address" {
  description = "Host name of the cache."
  value       = module.cache.primary_address
}

output "user_arns" {
  description = "Users that a task role needs `elasticache:Connect` on."
  value       = module.cache.user_arns
}
