output "domain_name" {
  description = "Where the distribution answers."
  value       = module.cdn.domain_name
}
