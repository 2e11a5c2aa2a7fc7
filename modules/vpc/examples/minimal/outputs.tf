output "subnet_ids" {
  description = "Subnets by tier."
  value       = module.vpc.subnet_ids
}
