output "task_role_arn" {
  description = "ARN of the role that the code in the task runs with, null without `task`."
  value       = try(aws_iam_role.this["task"].arn, null)

  # Whoever starts a task with this role must find its rights in place.
  depends_on = [aws_iam_role_policy.this, aws_iam_role_policy_attachment.this]
}

output "execution_role_arn" {
  description = "ARN of the role that ECS starts tasks with, null without `execution`."
  value       = try(aws_iam_role.this["execution"].arn, null)

  # Whoever starts a task with this role must find its rights in place.
  depends_on = [aws_iam_role_policy.this, aws_iam_role_policy_attachment.this]
}

output "role_arns" {
  description = "ARN of every role, by purpose."
  value       = { for purpose, role in aws_iam_role.this : purpose => role.arn }
}

output "role_names" {
  description = "Name of every role, by purpose, for further attachments."
  value       = { for purpose, role in aws_iam_role.this : purpose => role.name }
}

output "github_provider_arn" {
  description = "ARN of the OIDC provider that `github_roles` trust, made here or given; null without `github`."
  value       = try(aws_iam_openid_connect_provider.github[0].arn, local.github_provider_arn)
}
