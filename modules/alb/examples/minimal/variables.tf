variable "region" {
  description = "AWS region to work in."
  type        = string
  default     = "eu-central-1"
}

variable "certificate_arn" {
  description = "Certificate of the name that the load balancer answers to."
  type        = string
}
