output "backend_config" {
  description = "What to write into the backend file."
  value       = module.state.backend_config
}
