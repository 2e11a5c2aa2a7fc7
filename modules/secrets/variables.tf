variable "secrets" {
  description = "Secrets by name, such as `storymagic/openai-api-key`. `value_version` says that Terraform writes the value found under the same name in `values`, and is raised by one to write it anew; without it the value is put in by somebody else. `rotation` renews the value every `after_days` or on `schedule`, by a function of `rotation_functions` (`function`) or of your own (`function_arn`)."
  type = map(object({
    description   = string
    value_version = optional(number)
    tags          = optional(map(string), {})
    rotation = optional(object({
      function           = optional(string)
      function_arn       = optional(string)
      after_days         = optional(number)
      schedule           = optional(string)
      duration           = optional(string)
      rotate_immediately = optional(bool, true)
    }))
  }))
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.secrets) : can(regex("^[A-Za-z0-9/_+=.@-]{1,512}$", name))])
    error_message = "A secret's name must be 1 to 512 characters out of letters, digits and /_+=.@-."
  }

  validation {
    condition     = alltrue([for secret in values(var.secrets) : secret.value_version == null ? true : secret.value_version >= 1 && floor(secret.value_version) == secret.value_version])
    error_message = "value_version must be a whole number of at least 1."
  }

  validation {
    condition     = alltrue([for secret in values(var.secrets) : secret.rotation == null ? true : (secret.rotation.function == null) != (secret.rotation.function_arn == null)])
    error_message = "A rotation needs exactly one of function and function_arn: something has to make the next value."
  }

  validation {
    condition     = alltrue([for secret in values(var.secrets) : secret.rotation == null ? true : (secret.rotation.after_days == null) != (secret.rotation.schedule == null)])
    error_message = "A rotation needs exactly one of after_days and schedule."
  }

  validation {
    condition     = alltrue([for secret in values(var.secrets) : try(secret.rotation.after_days, null) == null ? true : secret.rotation.after_days >= 1 && secret.rotation.after_days <= 1000])
    error_message = "rotation.after_days must lie between 1 and 1000: Secrets Manager rotates at least once in 1000 days."
  }

  validation {
    condition     = alltrue([for secret in values(var.secrets) : try(secret.rotation.schedule, null) == null ? true : can(regex("^(rate|cron)\\(.+\\)$", secret.rotation.schedule))])
    error_message = "rotation.schedule must be rate(...) or cron(...)."
  }

  validation {
    condition     = alltrue([for secret in values(var.secrets) : try(secret.rotation.function, null) == null ? true : contains(keys(var.rotation_functions), secret.rotation.function)])
    error_message = "rotation.function must be a key of rotation_functions."
  }
}

variable "values" {
  description = "Values of the secrets that have a `value_version`, by the same name. They are written and forgotten: neither the plan nor the state holds them."
  type        = map(string)
  default     = {}
  nullable    = false
  ephemeral   = true
  sensitive   = true
}

variable "kms_key_arn" {
  description = "KMS key that encrypts the secrets. Null takes the key that AWS keeps for Secrets Manager, which other accounts cannot be let into."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a KMS key; an alias would break when it is pointed elsewhere."
  }
}

variable "replicas" {
  description = "Regions that hold a copy of every secret, each with the KMS key of that region (null takes AWS's own)."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for region in keys(var.replicas) : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", region))])
    error_message = "The keys of replicas must be regions such as eu-west-1."
  }
}

variable "recovery_window_days" {
  description = "How long a deleted secret can be restored. 0 deletes at once and for good: for tests only."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.recovery_window_days == 0 || (var.recovery_window_days >= 7 && var.recovery_window_days <= 30)
    error_message = "recovery_window_days must be 0 or lie between 7 and 30: Secrets Manager allows no other window."
  }
}

variable "rotation_functions" {
  description = "Rotation functions, by name, deployed from the applications that AWS publishes for the purpose (`application`, for example `SecretsManagerRDSPostgreSQLRotationSingleUser`). Each is one CloudFormation stack with a Lambda function, its role and the permission for Secrets Manager. The subnets need a way to Secrets Manager, the security groups to the database. `application_version` null takes the newest at the first apply and stays there."
  type = map(object({
    application         = string
    application_version = optional(string)
    subnet_ids          = list(string)
    security_group_ids  = list(string)
    exclude_characters  = optional(string, " %+~`#$&*()|[]{}:;<>?!'/@\"\\^=,")
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.rotation_functions) : can(regex("^[A-Za-z][A-Za-z0-9-]{0,63}$", name))])
    error_message = "The name of a rotation function must begin with a letter and hold at most 64 letters, digits and hyphens: the stack and the function are named after it."
  }

  validation {
    condition     = alltrue([for function in values(var.rotation_functions) : can(regex("^SecretsManager[A-Za-z0-9]+$", function.application))])
    error_message = "application must be the name of one of the rotation applications that AWS publishes; they all begin with SecretsManager."
  }

  validation {
    condition     = alltrue([for function in values(var.rotation_functions) : length(function.subnet_ids) > 0 && length(function.security_group_ids) > 0])
    error_message = "A rotation function needs at least one subnet and one security group: outside the VPC it cannot reach the database."
  }
}

variable "tags" {
  description = "Tags of every resource, in addition to the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
