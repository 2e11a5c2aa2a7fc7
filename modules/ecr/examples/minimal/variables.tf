variable "region" {
  description = "AWS region to work in."
  type        = string
  default     = "eu-central-1"
}
