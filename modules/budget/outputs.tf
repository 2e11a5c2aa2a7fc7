output "budget_arns" {
  description = "ARN of every budget, by name."
  value       = { for name, budget in aws_budgets_budget.this : name => budget.arn }
}

output "action_arns" {
  description = "ARN of every action, by name."
  value       = { for name, action in aws_budgets_budget_action.this : name => action.arn }
}

output "anomaly_monitor_arn" {
  description = "ARN of the anomaly monitor, null without `anomalies`."
  value       = one(aws_ce_anomaly_monitor.this[*].arn)
}
