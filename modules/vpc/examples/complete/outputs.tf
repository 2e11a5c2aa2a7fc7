output "subnet_ids" {
  description = "Subnets by tier."
  value       = module.vpc.subnet_ids
}

output "nat_public_ips" {
  description = "Addresses that the application tier calls from."
  value       = module.vpc.nat_public_ips
}
