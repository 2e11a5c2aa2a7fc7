variable "bucket_name" {
  description = "Name of the state bucket. Bucket names are unique over all of AWS, so put the account id or the company's name into it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket_name))
    error_message = "bucket_name must be 3 to 63 characters out of lower-case letters, digits and hyphens, and begin and end with a letter or digit. Dots are refused because they break TLS to the bucket."
  }
}

variable "encryption" {
  description = "KMS key of the states. `kms_key_arn` names an existing key; without it the module makes one that rotates every year. `deletion_window_days` is how long that key can still be saved after it was destroyed."
  type = object({
    kms_key_arn          = optional(string)
    deletion_window_days = optional(number, 30)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.encryption.deletion_window_days >= 7 && var.encryption.deletion_window_days <= 30
    error_message = "encryption.deletion_window_days must lie between 7 and 30: KMS allows no other window."
  }
}

variable "lock_table" {
  description = "DynamoDB table for the state lock. Terraform 1.10 and newer locks with a file in the bucket (`use_lockfile`) and needs none; give a table where older versions still work on these states. Null makes no table."
  type = object({
    name                = string
    deletion_protection = optional(bool, true)
  })
  default = null

  validation {
    condition     = var.lock_table == null || can(regex("^[A-Za-z0-9_.-]{3,255}$", var.lock_table.name))
    error_message = "lock_table.name must be 3 to 255 characters out of letters, digits, underscore, dot and hyphen."
  }
}

variable "old_versions" {
  description = "How long overwritten states are kept to go back to: `keep_days` days, and the newest `keep_newest` of them whatever their age."
  type = object({
    keep_days   = optional(number, 90)
    keep_newest = optional(number, 20)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.old_versions.keep_days >= 1 && floor(var.old_versions.keep_days) == var.old_versions.keep_days
    error_message = "old_versions.keep_days must be a whole number of at least 1."
  }

  validation {
    condition     = var.old_versions.keep_newest >= 1 && var.old_versions.keep_newest <= 100
    error_message = "old_versions.keep_newest must lie between 1 and 100: S3 counts no further."
  }
}

variable "access_principal_arns" {
  description = "Roles or accounts outside this account that may use the states. Principals of this account need no entry: their own policies decide."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.access_principal_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(root|role/.+|user/.+)$", arn))])
    error_message = "Every entry of access_principal_arns must be the ARN of an account root, a role or a user. \"*\" would publish the states."
  }
}

variable "access_log" {
  description = "Bucket that receives a record of every access to the states, and the prefix of the records. Null keeps none."
  type = object({
    bucket = string
    prefix = optional(string, "terraform-state/")
  })
  default = null
}

variable "force_destroy" {
  description = "Let `terraform destroy` delete the bucket with all states in it. Leave it off except in tests."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Tags of every resource, in addition to the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
