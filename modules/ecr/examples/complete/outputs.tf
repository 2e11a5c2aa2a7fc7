output "repository_url" {
  description = "Where to push."
  value       = module.ecr.repository_url
}
