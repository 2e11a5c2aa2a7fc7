variable "region" {
  description = "AWS region to work in."
  type        = string
  default     = "eu-central-1"
}

variable "session_token" {
  description = "Password of the session store."
  type        = string
  sensitive   = true
}
