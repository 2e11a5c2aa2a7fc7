variable "identifier" {
  description = "Name of the instance. Everything beside it is named after it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9]|-[a-z0-9])*$", var.identifier)) && length(var.identifier) <= 36
    error_message = "identifier must be 1 to 36 lower-case letters, digits or single hyphens, begin with a letter and not end with a hyphen: the role of the monitoring is named after it and the region, and IAM allows 64 characters."
  }
}

variable "engine_version" {
  description = "PostgreSQL version: a major such as `16`, or a minor such as `16.4`. A major takes the newest minor at creation and stays quiet when AWS upgrades the minor; prefer it. There is no default, since one would turn into an upgrade some day."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^1[3-9](\\.[0-9]+)?$", var.engine_version))
    error_message = "engine_version must be a PostgreSQL version from 13 to 19, for example \"16\" or \"16.4\"."
  }
}

variable "instance_class" {
  description = "Size of the instance, for example `db.t4g.medium`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^db\\.[a-z0-9-]+\\.[a-z0-9]+$", var.instance_class))
    error_message = "instance_class must look like \"db.t4g.medium\"."
  }
}

variable "storage" {
  description = "Disk in GiB: `allocated` to begin with, grown by AWS up to `max_allocated` (0 never grows it). `iops` and `throughput` (MiB/s) raise what the type gives anyway. The disk is always encrypted."
  type = object({
    allocated     = optional(number, 20)
    max_allocated = optional(number, 100)
    type          = optional(string, "gp3")
    iops          = optional(number)
    throughput    = optional(number)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["gp2", "gp3", "io1", "io2"], var.storage.type)
    error_message = "storage.type must be \"gp2\", \"gp3\", \"io1\" or \"io2\"."
  }

  validation {
    condition     = var.storage.allocated >= 20 && var.storage.allocated <= 65536
    error_message = "storage.allocated must be 20 to 65536 GiB."
  }

  validation {
    condition     = var.storage.max_allocated == 0 || var.storage.max_allocated >= var.storage.allocated * 1.1
    error_message = "storage.max_allocated must be at least a tenth above allocated, or 0 so that the disk never grows."
  }

  validation {
    condition     = var.storage.type == "gp3" ? (var.storage.iops == null && var.storage.throughput == null) || var.storage.allocated >= 400 : var.storage.throughput == null
    error_message = "RDS takes storage.throughput only with gp3, and iops and throughput on gp3 only from 400 GiB up."
  }

  validation {
    condition     = startswith(var.storage.type, "io") ? var.storage.iops != null : var.storage.type == "gp3" || var.storage.iops == null
    error_message = "storage.iops is required with io1 and io2, and not possible with gp2."
  }
}

variable "network" {
  description = "Where the database is reached: subnets in at least two availability zones, security groups that decide who may connect, the port, and the name of the subnet group (`<identifier>` where null). It never gets a public address."
  type = object({
    subnet_ids         = list(string)
    security_group_ids = set(string)
    subnet_group_name  = optional(string)
    port               = optional(number, 5432)
  })
  nullable = false

  validation {
    condition     = length(var.network.subnet_ids) >= 2
    error_message = "network.subnet_ids needs subnets in at least two availability zones, even for an instance in one."
  }

  validation {
    condition     = length(var.network.security_group_ids) >= 1
    error_message = "network.security_group_ids needs at least one group: without one AWS would use the VPC's default group."
  }

  validation {
    condition     = var.network.subnet_group_name == null || can(regex("^[a-z0-9][a-z0-9 ._-]{0,254}$", var.network.subnet_group_name)) && var.network.subnet_group_name != "default"
    error_message = "network.subnet_group_name must be up to 255 lower-case letters, digits, blanks, dots, underscores or hyphens, and not \"default\"."
  }

  validation {
    condition     = var.network.port >= 1150 && var.network.port <= 65535
    error_message = "network.port must be 1150 to 65535."
  }
}

variable "database_name" {
  description = "Database made at creation. Null makes none beside `postgres`."
  type        = string
  default     = null

  validation {
    condition     = var.database_name == null || can(regex("^[A-Za-z_][A-Za-z0-9_]{0,62}$", var.database_name))
    error_message = "database_name must be 1 to 63 letters, digits or underscores and not begin with a digit."
  }
}

variable "master_username" {
  description = "Name of the master user. AWS cannot change it later."
  type        = string
  default     = "postgres"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,62}$", var.master_username)) && !contains(["rdsadmin", "user", "public"], var.master_username) && !startswith(var.master_username, "pg_")
    error_message = "master_username must be 1 to 63 lower-case letters, digits or underscores, begin with a letter, and be none of the names that PostgreSQL and RDS keep for themselves."
  }
}

variable "master_password" {
  description = "Password of the master user, where it is yours to choose. It is handed through and never stored in state or plan. Null or empty lets RDS make one, keep it in Secrets Manager and rotate it every 7 days."
  type        = string
  default     = null
  sensitive   = true
  ephemeral   = true

  validation {
    condition     = (var.master_password == null || var.master_password == "") == (var.master_password_version == null)
    error_message = "master_password and master_password_version come together: Terraform cannot see a password change, only a change of its version."
  }

  validation {
    condition     = var.master_password == null || var.master_password == "" || can(regex("^[!#-.0-?A-~]{8,128}$", var.master_password))
    error_message = "master_password must be 8 to 128 printable characters without blank, slash, double quote and @."
  }
}

variable "master_password_version" {
  description = "Number of `master_password`: raise it to have a new password set. Null with the password that RDS manages."
  type        = number
  default     = null
}

variable "iam_authentication" {
  description = "Let database users sign in with a token of their IAM role instead of a password (`GRANT rds_iam TO ...`)."
  type        = bool
  default     = true
  nullable    = false
}

variable "kms_key_arn" {
  description = "Key that encrypts disk, backups, Performance Insights and the managed master secret. Null uses the keys that AWS keeps for RDS and Secrets Manager. AWS cannot change it later."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a KMS key, neither its id nor an alias."
  }
}

variable "multi_az" {
  description = "Keep a standby in another availability zone that takes over by itself. Doubles the price."
  type        = bool
  default     = true
  nullable    = false
}

variable "backup" {
  description = "Daily backups, from which any second of the last `retention_days` can be restored, taken within `window` (UTC). `keep_after_deletion` leaves them when the instance is deleted, and `final_snapshot` takes one more."
  type = object({
    retention_days      = optional(number, 7)
    window              = optional(string, "03:00-04:00")
    keep_after_deletion = optional(bool, true)
    final_snapshot      = optional(bool, true)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.backup.retention_days >= 0 && var.backup.retention_days <= 35
    error_message = "backup.retention_days must be 1 to 35, or 0 for no backups at all."
  }

  validation {
    condition     = can(regex("^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$", var.backup.window))
    error_message = "backup.window must look like \"03:00-04:00\", in UTC."
  }
}

variable "maintenance" {
  description = "When and what AWS may change: patches within `window` (UTC), the minor version by itself (`auto_minor_version_upgrade`), the major only when asked here and allowed. `apply_immediately` does not wait for the window, restarts included. `ca_certificate` is the authority of the server certificate."
  type = object({
    window                      = optional(string, "sun:04:00-sun:05:00")
    auto_minor_version_upgrade  = optional(bool, true)
    allow_major_version_upgrade = optional(bool, false)
    apply_immediately           = optional(bool, false)
    ca_certificate              = optional(string, "rds-ca-rsa2048-g1")
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]-(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]$", var.maintenance.window))
    error_message = "maintenance.window must look like \"sun:04:00-sun:05:00\", in UTC."
  }

  validation {
    # In minutes of the day. Windows that run past midnight are left to AWS to judge.
    condition = try(alltrue([for minutes in [flatten([
      for time in concat(split("-", var.backup.window), [for end in split("-", var.maintenance.window) : substr(end, 4, 5)]) :
      parseint(split(":", time)[0], 10) * 60 + parseint(split(":", time)[1], 10)
    ])] : minutes[1] <= minutes[0] || minutes[3] <= minutes[2] || minutes[1] <= minutes[2] || minutes[3] <= minutes[0]]), true)
    error_message = "maintenance.window and backup.window overlap. AWS refuses that, whatever the day of the maintenance; they may touch."
  }
}

variable "parameter_group" {
  description = "Settings of PostgreSQL by name; `reboot` marks those that take effect only at a restart. `require_tls` refuses connections without TLS. The group is called `name`, or `<identifier>-postgres<major>`; it is replaced with the major version, so a name of your own has to change along."
  type = object({
    name        = optional(string)
    require_tls = optional(bool, true)
    parameters = optional(map(object({
      value  = string
      reboot = optional(bool, false)
    })), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.parameter_group.name == null || can(regex("^[a-z]([a-z0-9]|-[a-z0-9])*$", var.parameter_group.name))
    error_message = "parameter_group.name must be lower-case letters, digits or single hyphens, begin with a letter and not end with a hyphen."
  }

  validation {
    condition     = !contains(keys(var.parameter_group.parameters), "rds.force_ssl")
    error_message = "rds.force_ssl is set by parameter_group.require_tls."
  }

  validation {
    condition = alltrue([
      for name, parameter in var.parameter_group.parameters : parameter.reboot if contains([
        "autovacuum_freeze_max_age", "autovacuum_max_workers", "max_connections", "max_locks_per_transaction",
        "max_prepared_transactions", "max_replication_slots", "max_wal_senders", "max_worker_processes",
        "rds.logical_replication", "shared_buffers", "shared_preload_libraries", "track_activity_query_size",
      ], name)
    ])
    error_message = "A parameter is given without reboot = true that PostgreSQL reads only at its start, and RDS refuses to apply at once."
  }
}

variable "monitoring" {
  description = "What can be seen: Performance Insights kept for some days (7, 372, or a multiple of 31), figures of the operating system every so many seconds (0 is off, otherwise with a role of its own), and which logs go to CloudWatch for how long."
  type = object({
    performance_insights      = optional(bool, true)
    performance_insights_days = optional(number, 7)
    enhanced_interval_seconds = optional(number, 60)
    log_exports               = optional(set(string), ["postgresql"])
    log_retention_days        = optional(number, 7)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.monitoring.performance_insights_days == 7 || var.monitoring.performance_insights_days == 731 || (var.monitoring.performance_insights_days % 31 == 0 && var.monitoring.performance_insights_days >= 31 && var.monitoring.performance_insights_days <= 713)
    error_message = "monitoring.performance_insights_days must be 7, a multiple of 31 up to 713, or 731."
  }

  validation {
    condition     = contains([0, 1, 5, 10, 15, 30, 60], var.monitoring.enhanced_interval_seconds)
    error_message = "monitoring.enhanced_interval_seconds must be 0, 1, 5, 10, 15, 30 or 60."
  }

  validation {
    condition     = length(setsubtract(var.monitoring.log_exports, ["postgresql", "upgrade", "iam-db-auth-error"])) == 0
    error_message = "monitoring.log_exports takes \"postgresql\", \"upgrade\" and \"iam-db-auth-error\"."
  }

  validation {
    condition     = contains([0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.monitoring.log_retention_days)
    error_message = "monitoring.log_retention_days must be one of the retentions that CloudWatch Logs offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days, or 0 for ever."
  }
}

variable "origin" {
  description = "Where the data come from, at creation: a `snapshot`, a `point_in_time` of an instance (its latest one where `time` is null), or an instance that this one follows as a read replica (`replica_of`, in another region too). Null begins empty. Taking `replica_of` away promotes the replica; the others count at creation only."
  type = object({
    snapshot      = optional(object({ identifier = string }))
    point_in_time = optional(object({ source_identifier = string, time = optional(string) }))
    replica_of    = optional(object({ arn = string }))
  })
  default = null

  validation {
    condition     = var.origin == null || length([for source in try([var.origin.snapshot, var.origin.point_in_time, var.origin.replica_of], []) : true if source != null]) == 1
    error_message = "origin takes exactly one of snapshot, point_in_time and replica_of."
  }

  validation {
    condition     = try(var.origin.replica_of, null) == null || var.master_password_version == null
    error_message = "A replica has the users of its source: leave master_password and master_password_version out."
  }
}

variable "deletion_protection" {
  description = "Make AWS refuse to delete the instance. Switch it off, and apply, before a destroy."
  type        = bool
  default     = true
  nullable    = false
}

variable "tags" {
  description = "Tags of everything in the module, in addition to the provider's default tags. Snapshots inherit them."
  type        = map(string)
  default     = {}
  nullable    = false
}
