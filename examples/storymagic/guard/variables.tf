variable "workspace" {
  description = "The selected Terraform workspace."
  type        = string
  nullable    = false
}

variable "environment" {
  description = "The environment that the variable file is for."
  type        = string
  nullable    = false
}

variable "account_id" {
  description = "The account that the credentials belong to."
  type        = string
  nullable    = false
}

variable "expected_account_id" {
  description = "The account that the variable file is for."
  type        = string
  nullable    = false
}
