output "weights" {
  description = "Share of the requests by colour, as the listener rule has it now."
  value       = module.api.weights
}

output "target_group_arns" {
  description = "What a release shifts weights between."
  value       = module.api.target_group_arns
}

output "listener_rule_arn" {
  description = "Rule that holds the weights."
  value       = module.api.listener_rule_arn
}
