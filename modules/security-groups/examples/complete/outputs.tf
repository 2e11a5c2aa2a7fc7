output "ids" {
  description = "Groups by key."
  value       = module.security_groups.ids
}
