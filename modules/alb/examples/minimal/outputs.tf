output "dns_name" {
  description = "Host name to point a DNS alias at."
  value       = module.alb.dns_name
}
