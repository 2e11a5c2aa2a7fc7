output "budget_arns" {
  description = "ARN of every budget, by name."
  value       = module.budget.budget_arns
}
