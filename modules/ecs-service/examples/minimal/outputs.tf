output "service_names" {
  description = "Services by colour."
  value       = module.worker.service_names
}
