variable "region" {
  description = "Region of the state bucket."
  type        = string
  default     = "eu-central-1"
  nullable    = false
}

variable "account_id" {
  description = "Account that this is applied to: applying it anywhere else is refused."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must have twelve digits."
  }
}

variable "environments" {
  description = "Environments that live in this account and get roles here."
  type        = set(string)
  default     = ["development", "staging", "production"]
  nullable    = false

  validation {
    condition     = length(setsubtract(var.environments, ["development", "staging", "production"])) == 0
    error_message = "environments takes development, staging and production."
  }
}

variable "github_repository" {
  description = "Repository (`owner/name`) whose workflows plan and apply."
  type        = string
  nullable    = false
}

variable "github_provider_arn" {
  description = "The account's existing OIDC provider for GitHub. Null makes it, and an account holds only one."
  type        = string
  default     = null
}

variable "state" {
  description = "The states of all environments are kept in this account. `access_principal_arns` lets roles of other accounts in. Null in the accounts that only use them, with `state_bucket_arn` and `state_kms_key_arn` set."
  type = object({
    access_principal_arns = optional(set(string), [])
    force_destroy         = optional(bool, false)
  })
  default = {}

  validation {
    condition     = var.state != null || (var.state_bucket_arn != null && var.state_kms_key_arn != null)
    error_message = "Without state, state_bucket_arn and state_kms_key_arn must say where the states are: the roles are granted exactly those."
  }
}

variable "state_bucket_arn" {
  description = "ARN of the state bucket, where it is in another account."
  type        = string
  default     = null
}

variable "state_kms_key_arn" {
  description = "ARN of the key of the states, where it is in another account."
  type        = string
  default     = null
}
