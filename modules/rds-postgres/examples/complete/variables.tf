variable "region" {
  description = "AWS region to work in."
  type        = string
  default     = "eu-central-1"
}

variable "backup_window" {
  description = "When the daily backup is taken (UTC)."
  type        = string
  default     = "03:00-04:00"
}

variable "final_snapshot" {
  description = "Keep a last snapshot when the databases are destroyed."
  type        = bool
  default     = true
}
