output "backend_config" {
  description = "What to put into backend.s3.tfbackend beside the root, null where the states are in another account."
  value       = one(module.state[*].backend_config)
}

output "role_arns" {
  description = "Roles for the workflows: `plan`, and `apply-<environment>`. Their ARNs are the variables of the GitHub repository and environments."
  value       = module.roles.role_arns
}

output "github_provider_arn" {
  description = "The account's OIDC provider for GitHub, which the environments in this account trust."
  value       = module.roles.github_provider_arn
}
