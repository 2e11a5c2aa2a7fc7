output "task_role_arn" {
  description = "Role of the code in the task."
  value       = module.roles.task_role_arn
}

output "execution_role_arn" {
  description = "Role that ECS starts the task with."
  value       = module.roles.execution_role_arn
}
