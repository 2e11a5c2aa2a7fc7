output "primary_address" {
  description = "Host name of the cache."
  value       = module.cache.primary_address
}

output "user_names" {
  description = "What the application signs in as."
  value       = module.cache.user_names
}
