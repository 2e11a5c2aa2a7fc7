output "dns_name" {
  description = "Host name to point a DNS alias at."
  value       = module.alb.dns_name
}

output "internal_listener_arn" {
  description = "Listener that serves the VPC in plain HTTP."
  value       = module.internal.listener_arn
}
