variable "environment" {
  description = "Environment that this variable file is for: development, staging or production. The workspace must be `storymagic-<environment>`."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["development", "staging", "production"], var.environment)
    error_message = "environment must be development, staging or production."
  }
}

variable "account_id" {
  description = "AWS account of the environment. A plan with credentials of another account is refused."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must have twelve digits."
  }
}

variable "region" {
  description = "Region of everything that is not global."
  type        = string
  default     = "eu-central-1"
  nullable    = false
}

variable "dr_region" {
  description = "Region that the database backups are copied to. Null copies none: the document keeps eu-west-1 for later."
  type        = string
  default     = null
}

variable "image_tag" {
  description = "Commit that runs: the tag that the pipeline gave the image."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9a-f]{40}$", var.image_tag))
    error_message = "image_tag must be the full SHA of a commit, 40 hexadecimal digits. A moving tag such as latest is refused: nobody could say what runs, and no rollback would change it."
  }
}

variable "green_image_tag" {
  description = "Commit that is being released beside the one that runs: its tasks start behind the second target group, which gets requests only as its weight is raised. Null lets green rest."
  type        = string
  default     = null

  validation {
    condition     = var.green_image_tag == null || can(regex("^[0-9a-f]{40}$", var.green_image_tag))
    error_message = "green_image_tag must be the full SHA of a commit, 40 hexadecimal digits."
  }
}

variable "xray_daemon_image" {
  description = "Image of the X-Ray daemon that runs beside the API."
  type        = string
  default     = "public.ecr.aws/xray/aws-xray-daemon:3.x"
  nullable    = false
}

variable "domain" {
  description = "Names of the system. `zone_name` is the public zone, made here unless `zone_id` names an existing one; the load balancer answers at `zone_name` itself, viewers come to `site_name`."
  type = object({
    zone_name = string
    zone_id   = optional(string)
    site_name = string
  })
  nullable = false

  validation {
    condition     = endswith(var.domain.site_name, ".${var.domain.zone_name}")
    error_message = "domain.site_name must lie in domain.zone_name."
  }
}

variable "alb_ingress" {
  description = "Who may open HTTPS connections to the load balancer: `cloudfront` (viewers cannot get around the CDN and its geo restriction) or `internet` (the literal reading of the document)."
  type        = string
  default     = "cloudfront"
  nullable    = false

  validation {
    condition     = contains(["cloudfront", "internet"], var.alb_ingress)
    error_message = "alb_ingress must be cloudfront or internet."
  }
}

variable "nat_gateways" {
  description = "NAT gateways: `one`, as drawn in the document, or `per_zone`."
  type        = string
  default     = "one"
  nullable    = false
}

variable "api" {
  description = "Size of the API service: CPU units and MiB of a task, and how many tasks run at first, at least and at most."
  type = object({
    cpu           = number
    memory        = number
    desired_count = number
    min_count     = number
    max_count     = number
  })
  nullable = false

  validation {
    condition     = var.api.min_count <= var.api.desired_count && var.api.desired_count <= var.api.max_count
    error_message = "The task counts of api must rise: min_count <= desired_count <= max_count."
  }
}

variable "health_check_path" {
  description = "Path by which load balancer and container decide whether a task lives. `/health` is the document's and also asks OpenAI and the CPU: an outage there takes every task out. `/health/live` is the better choice once the application has it."
  type        = string
  default     = "/health"
  nullable    = false
}

variable "database" {
  description = "Size of the database. `backup_window` must end before the maintenance window sun:04:00-sun:05:00 begins. `password_version` is raised by one to give the database and its secret a new password."
  type = object({
    instance_class        = string
    multi_az              = bool
    engine_version        = optional(string, "15")
    allocated_storage     = optional(number, 100)
    max_allocated_storage = optional(number, 1000)
    backup_window         = optional(string, "03:00-04:00")
    password_version      = optional(number, 1)
  })
  nullable = false

  validation {
    condition     = can(regex("^15(\\.[0-9]+)?$", var.database.engine_version))
    error_message = "database.engine_version must be 15 or 15.x: the parameter group and the document are for PostgreSQL 15."
  }
}

variable "reserve_database" {
  description = "Buy a reservation for the database instance for one year. This is a purchase that cannot be undone."
  type        = bool
  default     = false
  nullable    = false
}

variable "cache" {
  description = "Size of the Redis cache: node type and number of nodes; two nodes fail over."
  type = object({
    node_type = string
    nodes     = number
  })
  nullable = false
}

variable "secret_replica_regions" {
  description = "Regions that hold a copy of every secret."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "alert_emails" {
  description = "Who gets alarms and budget warnings by mail. Each address must confirm its subscription once."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.alert_emails) > 0
    error_message = "alert_emails must name at least one address: an alarm that nobody gets is none."
  }
}

variable "monthly_budget" {
  description = "Budget of this environment in USD a month, and of the whole system (`total`), which is watched from one environment only."
  type = object({
    environment = number
    total       = optional(number)
  })
  nullable = false
}

variable "cost_allocation_tags" {
  description = "Tags that split the bill, activated in the account that pays. AWS refuses a key until about a day after the first resource carried it: leave them out of the very first apply."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "github_repository" {
  description = "Repository (`owner/name`) whose workflows release the API. The account's OIDC provider for GitHub comes from bootstrap/."
  type        = string
  nullable    = false
}

variable "recovery" {
  description = "Recovery objectives in minutes: how long until the system is back, and how much work may be lost."
  type = object({
    rto_minutes = optional(number, 240)
    rpo_minutes = optional(number, 60)
  })
  default  = {}
  nullable = false
}

variable "protect" {
  description = "Refuse to delete what holds data or traffic: deletion protection on database and load balancer, a final snapshot, buckets and images kept, secrets recoverable."
  type        = bool
  default     = true
  nullable    = false
}
