output "environment" {
  description = "The environment, once workspace, variable file and account agree on it."
  value       = var.environment

  precondition {
    condition     = contains(local.known_workspaces, var.workspace)
    error_message = "The workspace is ${var.workspace}, which belongs to no environment; the variable file is for ${var.environment}. Select the workspace that goes with it: terraform workspace select ${local.wanted_workspace}"
  }

  precondition {
    condition     = !contains(local.known_workspaces, var.workspace) || var.workspace == local.wanted_workspace
    error_message = "The workspace is ${var.workspace}, the variable file is for ${var.environment}. Use environments/${trimprefix(var.workspace, "storymagic-")}.tfvars, or select the workspace ${local.wanted_workspace}."
  }

  precondition {
    condition     = var.account_id == var.expected_account_id
    error_message = "The credentials are for account ${var.account_id}, the variable file for ${var.environment} names account ${var.expected_account_id}. Log in to account ${var.expected_account_id}, or correct account_id in environments/${var.environment}.tfvars."
  }
}
