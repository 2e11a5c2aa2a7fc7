variable "name" {
  description = "Base of the role names: `storymagic-api` gives `storymagic-api-task` and `storymagic-api-execution`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,44}$", var.name))
    error_message = "name must be 1 to 44 characters out of letters, digits and +=,.@_-: IAM allows 64 in a role name, and the role's purpose is appended."
  }
}

variable "path" {
  description = "IAM path of every role."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([A-Za-z0-9+=,.@_-]+/)*$", var.path))
    error_message = "path must begin and end with a slash, for example \"/storymagic/\"."
  }
}

variable "permissions_boundary" {
  description = "ARN of a policy that bounds what any of the roles can be granted. Null sets none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary must be the ARN of an IAM policy."
  }
}

variable "task" {
  description = "Role that the code in an ECS task runs with. Each list grants exactly what its name says on exactly these ARNs (wildcards as IAM reads them); `kms_aliases` grants the keys behind aliases such as `alias/storymagic` of this account and region; `statements` adds whatever the lists do not cover. Null makes no role."
  type = object({
    secret_arns         = optional(list(string), [])
    kms_key_arns        = optional(list(string), [])
    kms_aliases         = optional(list(string), [])
    log_group_arns      = optional(list(string), [])
    bucket_read_arns    = optional(list(string), [])
    bucket_write_arns   = optional(list(string), [])
    metric_namespaces   = optional(list(string), [])
    xray                = optional(bool, false)
    execute_command     = optional(bool, false)
    elasticache_connect = optional(list(string), [])
    managed_policy_arns = optional(set(string), [])
    statements = optional(list(object({
      sid       = string
      actions   = list(string)
      resources = list(string)
      conditions = optional(list(object({
        test     = string
        variable = string
        values   = list(string)
      })), [])
    })), [])
  })
  default = null

  validation {
    condition     = alltrue([for statement in try(var.task.statements, []) : !contains(statement.actions, "*")])
    error_message = "task.statements must name their actions: \"*\" would let the application do everything in the account."
  }

  validation {
    condition     = alltrue([for arn in concat(try(var.task.bucket_read_arns, []), try(var.task.bucket_write_arns, [])) : can(regex("^arn:[a-z-]+:s3:::[^/]+$", arn))])
    error_message = "task.bucket_read_arns and task.bucket_write_arns take ARNs of buckets (arn:aws:s3:::name), without a slash: the module adds the objects."
  }
}

variable "execution" {
  description = "Role that ECS itself uses to start a task: pulls images, creates log groups, reads the secrets that the task definition refers to and decrypts them with the keys in `kms_key_arns` or behind `kms_aliases`. Null makes no role."
  type = object({
    secret_arns    = optional(list(string), [])
    kms_key_arns   = optional(list(string), [])
    kms_aliases    = optional(list(string), [])
    log_group_arns = optional(list(string), [])
  })
  default = null

  validation {
    condition     = alltrue([for alias in concat(try(var.execution.kms_aliases, []), try(var.task.kms_aliases, [])) : startswith(alias, "alias/")])
    error_message = "Every entry of kms_aliases, here and in task, must begin with alias/."
  }
}

variable "github" {
  description = "The GitHub repository (`owner/name`) whose workflows may take `github_roles`. `provider_arn` names the account's existing OIDC provider for GitHub; without it the module makes the provider, of which an account can hold only one."
  type = object({
    repository   = string
    provider_arn = optional(string)
  })
  default = null

  validation {
    condition     = var.github == null || can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.github.repository))
    error_message = "github.repository must be owner/name, without wildcards: a wildcard would let foreign repositories take the roles."
  }

  validation {
    condition     = try(var.github.provider_arn, null) == null || can(regex("^arn:[a-z-]+:iam::[0-9]{12}:oidc-provider/token\\.actions\\.githubusercontent\\.com$", var.github.provider_arn))
    error_message = "github.provider_arn must be the ARN of the account's provider for token.actions.githubusercontent.com."
  }
}

variable "github_roles" {
  description = "Roles for GitHub workflows without stored keys, by purpose: `deploy` gives `<name>-deploy`. `subjects` says which runs may take the role (`environment:production`, `ref:refs/heads/main`, `pull_request`). `ecs` grants what a release needs: push to the repositories, update the services, register task definitions and pass this module's task roles."
  type = map(object({
    subjects            = set(string)
    max_session_seconds = optional(number, 3600)
    managed_policy_arns = optional(set(string), [])
    ecs = optional(object({
      repository_arns = list(string)
      service_arns    = list(string)
    }))
    statements = optional(list(object({
      sid       = string
      actions   = list(string)
      resources = list(string)
      conditions = optional(list(object({
        test     = string
        variable = string
        values   = list(string)
      })), [])
    })), [])
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(var.github_roles) == 0 || var.github != null
    error_message = "github_roles need github: without the repository there is nobody to trust."
  }

  validation {
    condition = alltrue(flatten([for role in values(var.github_roles) : [
      for subject in role.subjects : can(regex("^(environment:[^*?]+|ref:refs/(heads|tags)/[^*?][^?]*|pull_request)$", subject))
    ]]))
    error_message = "Every subject must be environment:<name>, ref:refs/heads/<branch>, ref:refs/tags/<tag> or pull_request: anything wider lets any branch take the role."
  }

  validation {
    condition     = alltrue([for role in values(var.github_roles) : length(role.subjects) > 0])
    error_message = "Every role of github_roles needs at least one subject: without one nobody can take it."
  }

  validation {
    condition     = alltrue([for role in values(var.github_roles) : role.max_session_seconds >= 3600 && role.max_session_seconds <= 43200])
    error_message = "max_session_seconds must lie between 3600 and 43200: IAM allows sessions of one to twelve hours."
  }

  validation {
    condition     = alltrue(flatten([for role in values(var.github_roles) : [for statement in role.statements : !contains(statement.actions, "*")]]))
    error_message = "The statements of github_roles must name their actions. Attach a managed policy where a workflow really needs everything."
  }
}

variable "service_roles" {
  description = "Roles for other AWS services, by purpose: `rotation` with `services = [\"lambda.amazonaws.com\"]` gives `<name>-rotation`."
  type = map(object({
    services            = set(string)
    managed_policy_arns = optional(set(string), [])
    statements = optional(list(object({
      sid       = string
      actions   = list(string)
      resources = list(string)
      conditions = optional(list(object({
        test     = string
        variable = string
        values   = list(string)
      })), [])
    })), [])
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue(flatten([for role in values(var.service_roles) : [for service in role.services : can(regex("^[a-z0-9.-]+\\.amazonaws\\.com$", service))]]))
    error_message = "Every service of service_roles must be a service principal such as lambda.amazonaws.com."
  }

  validation {
    condition     = alltrue(flatten([for role in values(var.service_roles) : [for statement in role.statements : !contains(statement.actions, "*")]]))
    error_message = "The statements of service_roles must name their actions, not \"*\"."
  }
}

variable "tags" {
  description = "Tags of every role, in addition to the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
