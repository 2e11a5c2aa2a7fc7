variable "name" {
  description = "Name of the replication group. Everything beside it is named after it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9]|-[a-z0-9])*$", var.name)) && length(var.name) <= 40
    error_message = "name must be 1 to 40 lower-case letters, digits or single hyphens, begin with a letter and not end with a hyphen."
  }
}

variable "description" {
  description = "What the cache is for. AWS insists on one."
  type        = string
  default     = "Cache"
  nullable    = false

  validation {
    condition     = length(var.description) > 0
    error_message = "description must not be empty."
  }
}

variable "engine" {
  description = "`redis`, or its open successor `valkey`, which speaks the same protocol and costs less."
  type        = string
  default     = "redis"
  nullable    = false

  validation {
    condition     = contains(["redis", "valkey"], var.engine)
    error_message = "engine must be \"redis\" or \"valkey\"."
  }
}

variable "engine_version" {
  description = "Version as major and minor: `7.0` or `7.1` for redis, `7.2` or later for valkey."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex(var.engine == "valkey" ? "^(7\\.[2-9]|[89]\\.[0-9]+)$" : "^7\\.[0-9]$", var.engine_version))
    error_message = "engine_version must be major and minor, from \"7.0\" for redis and from \"7.2\" for valkey: older ones know no users that sign in with IAM."
  }
}

variable "node_type" {
  description = "Size of each node, for example `cache.t4g.micro`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^cache\\.[a-z0-9]+\\.[a-z0-9]+$", var.node_type))
    error_message = "node_type must look like \"cache.t4g.micro\"."
  }
}

variable "node_count" {
  description = "Nodes with the same data, the first of them writable. From two up, they stand in different zones and a replica takes over by itself; one has no replacement."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = var.node_count >= 1 && var.node_count <= 6 && floor(var.node_count) == var.node_count
    error_message = "node_count must be 1 to 6: AWS allows five replicas."
  }
}

variable "network" {
  description = "Where the cache is reached: subnets (in as many zones as there shall be nodes in different ones), security groups that decide who may connect, the port, and the name of the subnet group (`<name>` where null)."
  type = object({
    subnet_ids         = list(string)
    security_group_ids = set(string)
    subnet_group_name  = optional(string)
    port               = optional(number, 6379)
  })
  nullable = false

  validation {
    condition     = length(var.network.subnet_ids) >= (var.node_count > 1 ? 2 : 1)
    error_message = "network.subnet_ids needs at least one subnet, and two in different zones where node_count is above 1."
  }

  validation {
    condition     = length(var.network.security_group_ids) >= 1
    error_message = "network.security_group_ids needs at least one group: without one AWS would use the VPC's default group."
  }

  validation {
    condition     = var.network.subnet_group_name == null || can(regex("^[a-z0-9-]{1,255}$", var.network.subnet_group_name))
    error_message = "network.subnet_group_name must be up to 255 lower-case letters, digits or hyphens."
  }
}

variable "encryption" {
  description = "Encryption of connections (`in_transit`) and of disk and snapshots (`at_rest`, with `kms_key_arn` or, where null, the key that AWS keeps). AWS cannot change `at_rest` and the key later."
  type = object({
    in_transit  = optional(bool, true)
    at_rest     = optional(bool, true)
    kms_key_arn = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.encryption.at_rest || var.encryption.kms_key_arn == null
    error_message = "encryption.kms_key_arn has nothing to encrypt with at_rest switched off."
  }
}

variable "authentication" {
  description = "Who gets in. `iam_users` sign in with a token of their IAM role, so that no password exists that could leak; each may do what `access` says in the words of the Redis ACL. User `api` of the cache `storymagic` signs in as `storymagic-api`, and its role needs `elasticache:Connect` on the replication group and on the user. `anonymous` lets in everyone whom the security groups let through."
  type = object({
    iam_users = optional(map(object({ access = optional(string, "on ~* +@all") })), {})
    anonymous = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.authentication.iam_users) : can(regex("^[a-z0-9]([a-z0-9]|-[a-z0-9])*$", name)) && length("${var.name}-${name}") <= 40 && name != "default"])
    error_message = "The name of a user must be lower-case letters, digits or single hyphens, neither begin nor end with a hyphen and not be \"default\"; with the name of the cache before it AWS allows 40 characters."
  }

  validation {
    condition     = length(var.authentication.iam_users) == 0 || var.encryption.in_transit
    error_message = "Users sign in over encrypted connections only: leave encryption.in_transit on."
  }

  validation {
    condition     = length(var.authentication.iam_users) == 0 || var.auth_token == null
    error_message = "AWS takes either authentication.iam_users or an auth_token, not both."
  }

  validation {
    condition     = var.authentication.anonymous || length(var.authentication.iam_users) > 0 || var.auth_token != null
    error_message = "Nobody could sign in: name authentication.iam_users, or give an auth_token, or accept authentication.anonymous = true."
  }

  validation {
    condition     = !var.authentication.anonymous || (length(var.authentication.iam_users) == 0 && var.auth_token == null)
    error_message = "authentication.anonymous = true would be without effect beside iam_users or an auth_token."
  }
}

variable "auth_token" {
  description = "Password that every client gives, for clients that cannot sign in with IAM. hashicorp/aws has no write-only argument for it, so it stands in the state: prefer `authentication.iam_users`. Null sets none."
  type        = string
  default     = null
  sensitive   = true

  validation {
    condition     = var.auth_token == null || can(regex("^[A-Za-z0-9!&#$^<>-]{16,128}$", var.auth_token))
    error_message = "auth_token must be 16 to 128 letters, digits or any of ! & # $ ^ < > -."
  }

  validation {
    condition     = var.auth_token == null || var.encryption.in_transit
    error_message = "auth_token works over encrypted connections only: leave encryption.in_transit on."
  }
}

variable "parameter_group" {
  description = "Settings of the engine by name. The group is called `name`, or `<name of the cache>-<family>`; it is replaced with the family, so a name of your own has to change along with the major version."
  type = object({
    name       = optional(string)
    parameters = optional(map(string), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.parameter_group.name == null || can(regex("^[a-z]([a-z0-9]|-[a-z0-9])*$", var.parameter_group.name))
    error_message = "parameter_group.name must be lower-case letters, digits or single hyphens, begin with a letter and not end with a hyphen."
  }

  validation {
    condition     = length(setintersection(keys(var.parameter_group.parameters), ["maxmemory", "appendonly", "appendfsync", "save"])) == 0
    error_message = "ElastiCache has no parameters maxmemory (it follows node_type), appendonly, appendfsync and save (see snapshots): take them out of parameter_group.parameters."
  }

  validation {
    condition = contains([
      "volatile-lru", "allkeys-lru", "volatile-lfu", "allkeys-lfu", "volatile-random", "allkeys-random", "volatile-ttl", "noeviction",
    ], lookup(var.parameter_group.parameters, "maxmemory-policy", "noeviction"))
    error_message = "The parameter maxmemory-policy must be one of volatile-lru, allkeys-lru, volatile-lfu, allkeys-lfu, volatile-random, allkeys-random, volatile-ttl and noeviction."
  }
}

variable "snapshots" {
  description = "Daily snapshots, kept for `retention_days` (0 takes none), taken within `window` (UTC). `final_name` is a last one when the cache is destroyed; null takes none. `restore_from` names one to begin with."
  type = object({
    retention_days = optional(number, 1)
    window         = optional(string, "02:00-03:00")
    final_name     = optional(string)
    restore_from   = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.snapshots.retention_days >= 0 && var.snapshots.retention_days <= 35
    error_message = "snapshots.retention_days must be 1 to 35, or 0 for no snapshots."
  }

  validation {
    condition     = can(regex("^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$", var.snapshots.window))
    error_message = "snapshots.window must look like \"02:00-03:00\", in UTC."
  }
}

variable "maintenance" {
  description = "When and what AWS may change: patches within `window` (UTC), the minor version by itself. `apply_immediately` does not wait for the window. `topic_arn` is told what happens."
  type = object({
    window                     = optional(string, "sun:05:00-sun:06:00")
    auto_minor_version_upgrade = optional(bool, true)
    apply_immediately          = optional(bool, false)
    topic_arn                  = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]-(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]$", var.maintenance.window))
    error_message = "maintenance.window must look like \"sun:05:00-sun:06:00\", in UTC."
  }
}

variable "logs" {
  description = "Slow commands and the engine's own log, each in a CloudWatch log group, kept for some days (0 is for ever). Null writes neither."
  type        = object({ retention_days = optional(number, 30) })
  default     = {}

  validation {
    condition     = var.logs == null || contains([0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], try(var.logs.retention_days, -1))
    error_message = "logs.retention_days must be one of the retentions that CloudWatch Logs offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days, or 0 for ever."
  }
}

variable "tags" {
  description = "Tags of everything in the module, in addition to the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
