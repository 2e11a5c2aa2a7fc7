variable "name" {
  description = "Name of the repository; slashes make folders."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]+([._/-][a-z0-9]+)*$", var.name)) && length(var.name) >= 2 && length(var.name) <= 256
    error_message = "name must be 2 to 256 lower-case letters and digits, with single dots, underscores, hyphens or slashes between them."
  }
}

variable "mutable_tags" {
  description = "Let a push move a tag to another image. Off, a tag means the same image for ever, and what was released can be told."
  type        = bool
  default     = false
  nullable    = false
}

variable "scan_on_push" {
  description = "Look for known weaknesses in each image that is pushed."
  type        = bool
  default     = true
  nullable    = false
}

variable "kms_key" {
  description = "KMS key that encrypts the images: `arn`, or the key that AWS keeps for ECR where `arn` is null. Null encrypts with AES-256 and no key of your account. AWS cannot change it later."
  type        = object({ arn = optional(string) })
  default     = {}

  validation {
    condition     = try(var.kms_key.arn, null) == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key.arn))
    error_message = "kms_key.arn must be the ARN of a KMS key, neither its id nor an alias."
  }
}

variable "lifecycle_rules" {
  description = "What is thrown away: images that have lost their tag after `untagged_days` (0 keeps them), and, for each entry of `keep` in order, all but the newest `count` of those whose tag matches `tag_patterns`. An image counts for the first entry that it matches and is safe from the later ones; what matches none is kept."
  type = object({
    untagged_days = optional(number, 30)
    keep          = optional(list(object({ tag_patterns = list(string), count = number })), [{ tag_patterns = ["*"], count = 100 }])
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.lifecycle_rules.untagged_days >= 0 && floor(var.lifecycle_rules.untagged_days) == var.lifecycle_rules.untagged_days
    error_message = "lifecycle_rules.untagged_days must be a whole number of days, or 0."
  }

  validation {
    condition     = alltrue([for rule in var.lifecycle_rules.keep : rule.count >= 1 && length(rule.tag_patterns) >= 1])
    error_message = "Each entry of lifecycle_rules.keep needs at least one tag pattern and a count of at least 1: with 0 the image that runs would go."
  }

  validation {
    condition     = alltrue(flatten([for rule in var.lifecycle_rules.keep : [for pattern in rule.tag_patterns : can(regex("^[A-Za-z0-9._*-]{1,128}$", pattern)) && length(split("*", pattern)) <= 5]]))
    error_message = "A tag pattern must be letters, digits, dots, underscores, hyphens and up to four asterisks."
  }
}

variable "pull_principals" {
  description = "ARNs of roles or accounts (`arn:aws:iam::123456789012:root`) outside this account that may pull. Within the account, IAM decides alone."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for principal in var.pull_principals : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(root|role/.+|user/.+)$", principal))])
    error_message = "pull_principals takes ARNs of accounts, roles and users. \"*\" would let everyone in."
  }
}

variable "force_delete" {
  description = "Let a destroy delete the repository with images in it."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Tags of the repository, in addition to the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
