variable "name" {
  description = "Name of the service, its task definition and its main container. The green one, where there is one, has `-green` behind it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", var.name))
    error_message = "name must be 1 to 64 letters, digits, hyphens or underscores and begin with a letter or digit."
  }
}

variable "cluster_arn" {
  description = "ARN of the ECS cluster."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:ecs:[a-z0-9-]+:[0-9]{12}:cluster/[A-Za-z0-9_-]+$", var.cluster_arn))
    error_message = "cluster_arn must be the ARN of an ECS cluster, not its name."
  }
}

variable "images" {
  description = "Image of the main container by colour. `blue` alone is a service that replaces its tasks one by one. With `green` there are two services behind two target groups, and a release shifts requests from one to the other by weight."
  type        = map(string)
  nullable    = false

  validation {
    condition     = contains(keys(var.images), "blue") && length(setsubtract(keys(var.images), ["blue", "green"])) == 0
    error_message = "images must hold \"blue\", may hold \"green\", and nothing else."
  }

  validation {
    condition     = alltrue([for image in values(var.images) : can(regex("(@sha256:[0-9a-f]{64}|:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})$", image)) && !endswith(image, ":latest")])
    error_message = "An image must end in a tag other than \"latest\", or in a digest: what runs after a restart must be what was released."
  }
}

variable "release" {
  description = "How requests are split between blue and green, where both exist. `weights` and `stickiness_seconds` (a client stays with its colour; 0 is off) hold when the rule is made and belong to the release from then on. `idle` lists the colours that are scaled to zero: a colour is taken out before its release begins, and put in after the other one has proven itself."
  type = object({
    weights            = optional(map(number), { blue = 100, green = 0 })
    stickiness_seconds = optional(number, 0)
    idle               = optional(set(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = length(setsubtract(keys(var.release.weights), ["blue", "green"])) == 0 && alltrue([for weight in values(var.release.weights) : weight >= 0 && weight <= 999 && floor(weight) == weight])
    error_message = "release.weights takes whole numbers from 0 to 999 for \"blue\" and \"green\"."
  }

  validation {
    condition     = length(setsubtract(var.release.idle, keys(var.images))) == 0 && length(setsubtract(keys(var.images), var.release.idle)) > 0
    error_message = "release.idle may only name colours of images, and must leave one that runs."
  }

  validation {
    condition     = var.release.stickiness_seconds >= 0 && var.release.stickiness_seconds <= 604800
    error_message = "release.stickiness_seconds must be 0 to 604800 (7 days)."
  }
}

variable "container" {
  description = "The main container. `secrets` gives the ARN of a secret or parameter by variable name (the execution role must be allowed to read it), so that no value enters the task definition. The root file system is read-only; `writable_paths` are empty volumes, which an image that does not run as root has to declare and own. `health_check.command` runs in the container, for example `[\"CMD-SHELL\", \"curl -f http://localhost:3000/health || exit 1\"]`."
  type = object({
    port                     = optional(number)
    command                  = optional(list(string))
    entry_point              = optional(list(string))
    environment              = optional(map(string), {})
    secrets                  = optional(map(string), {})
    user                     = optional(string)
    readonly_root_filesystem = optional(bool, true)
    writable_paths           = optional(set(string), ["/tmp"])
    init_process             = optional(bool, true)
    stop_timeout_seconds     = optional(number, 30)
    cpu                      = optional(number)
    memory                   = optional(number)
    health_check = optional(object({
      command              = list(string)
      interval_seconds     = optional(number, 30)
      timeout_seconds      = optional(number, 5)
      retries              = optional(number, 3)
      start_period_seconds = optional(number, 30)
    }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.container.port == null || try(var.container.port >= 1 && var.container.port <= 65535, false)
    error_message = "container.port must be 1 to 65535."
  }

  validation {
    condition     = length(setintersection(keys(var.container.environment), keys(var.container.secrets))) == 0
    error_message = "A variable stands in container.environment and in container.secrets: ECS refuses to have it twice."
  }

  validation {
    condition     = alltrue([for source in values(var.container.secrets) : can(regex("^arn:[a-z-]+:(secretsmanager|ssm):", source))])
    error_message = "container.secrets takes ARNs of Secrets Manager secrets or Systems Manager parameters, never a value."
  }

  validation {
    condition     = alltrue([for path in var.container.writable_paths : startswith(path, "/") && path != "/"])
    error_message = "container.writable_paths takes absolute paths below the root."
  }

  validation {
    condition     = var.container.stop_timeout_seconds >= 2 && var.container.stop_timeout_seconds <= 120
    error_message = "container.stop_timeout_seconds must be 2 to 120: Fargate kills a task after that."
  }

  validation {
    condition     = var.container.health_check == null || contains(["CMD", "CMD-SHELL"], try(var.container.health_check.command[0], ""))
    error_message = "container.health_check.command must begin with \"CMD\" or \"CMD-SHELL\"."
  }
}

variable "sidecars" {
  description = "Containers beside the main one, by name: a tracing daemon, a log router. A task ends when an `essential` one does."
  type = map(object({
    image                    = string
    essential                = optional(bool, false)
    ports                    = optional(list(object({ port = number, protocol = optional(string, "tcp") })), [])
    command                  = optional(list(string))
    environment              = optional(map(string), {})
    secrets                  = optional(map(string), {})
    user                     = optional(string)
    readonly_root_filesystem = optional(bool, true)
    cpu                      = optional(number)
    memory                   = optional(number)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = !contains(keys(var.sidecars), var.name) && alltrue([for name in keys(var.sidecars) : can(regex("^[A-Za-z0-9_-]{1,255}$", name))])
    error_message = "The name of a sidecar must be 1 to 255 letters, digits, hyphens or underscores, and differ from name."
  }

  validation {
    condition     = alltrue([for sidecar in values(var.sidecars) : can(regex("(@sha256:[0-9a-f]{64}|:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})$", sidecar.image)) && !endswith(sidecar.image, ":latest")])
    error_message = "The image of a sidecar must end in a tag other than \"latest\", or in a digest."
  }

  validation {
    condition     = alltrue(flatten([for sidecar in values(var.sidecars) : [for source in values(sidecar.secrets) : can(regex("^arn:[a-z-]+:(secretsmanager|ssm):", source))]]))
    error_message = "The secrets of a sidecar are ARNs of Secrets Manager secrets or Systems Manager parameters, never a value."
  }
}

variable "size" {
  description = "What a task gets: `cpu` in units of 1/1024 vCPU, `memory` in MiB, `ephemeral_storage_gib` for its disk (20 where null)."
  type = object({
    cpu                   = number
    memory                = number
    ephemeral_storage_gib = optional(number)
  })
  nullable = false

  validation {
    condition = anytrue([
      var.size.cpu == 256 && contains([512, 1024, 2048], var.size.memory),
      var.size.cpu == 512 && contains(range(1024, 4097, 1024), var.size.memory),
      var.size.cpu == 1024 && contains(range(2048, 8193, 1024), var.size.memory),
      var.size.cpu == 2048 && contains(range(4096, 16385, 1024), var.size.memory),
      var.size.cpu == 4096 && contains(range(8192, 30721, 1024), var.size.memory),
      var.size.cpu == 8192 && contains(range(16384, 61441, 4096), var.size.memory),
      var.size.cpu == 16384 && contains(range(32768, 122881, 8192), var.size.memory),
    ])
    error_message = "Fargate does not offer this size. For cpu 256, 512, 1024, 2048, 4096, 8192, 16384 it takes memory 512-2048, 1024-4096, 2048-8192, 4096-16384, 8192-30720 (in steps of 1024), 16384-61440 (4096), 32768-122880 (8192)."
  }

  validation {
    condition     = var.size.ephemeral_storage_gib == null || try(var.size.ephemeral_storage_gib >= 21 && var.size.ephemeral_storage_gib <= 200, false)
    error_message = "size.ephemeral_storage_gib must be 21 to 200; leave it out for the 20 that every task has."
  }
}

variable "architecture" {
  description = "Processor that the images are built for: `X86_64` or `ARM64`."
  type        = string
  default     = "X86_64"
  nullable    = false

  validation {
    condition     = contains(["X86_64", "ARM64"], var.architecture)
    error_message = "architecture must be \"X86_64\" or \"ARM64\"."
  }
}

variable "execution_role_arn" {
  description = "Role that ECS starts the tasks with: pulls the images, reads the secrets, writes the logs."
  type        = string
  nullable    = false
}

variable "task_role_arn" {
  description = "Role that the code in the task runs with. Null gives it none."
  type        = string
  default     = null
}

variable "network" {
  description = "Where the tasks run. `public_ip` is for subnets without a NAT gateway: a task there cannot pull its image without one."
  type = object({
    vpc_id             = string
    subnet_ids         = list(string)
    security_group_ids = set(string)
    public_ip          = optional(bool, false)
  })
  nullable = false

  validation {
    condition     = length(var.network.subnet_ids) >= 1 && length(var.network.security_group_ids) >= 1
    error_message = "network needs at least one subnet and one security group: without a group AWS would use the VPC's default one."
  }
}

variable "load_balancer" {
  description = "How requests reach the service: a rule on `listener_arn` at `priority` for `hosts` (all where empty) and `paths`, and how targets are judged. Null is a service that nobody calls, a worker."
  type = object({
    listener_arn               = string
    priority                   = number
    hosts                      = optional(set(string), [])
    paths                      = optional(set(string), ["/*"])
    target_group_name          = optional(string)
    algorithm                  = optional(string, "round_robin")
    deregistration_seconds     = optional(number, 30)
    slow_start_seconds         = optional(number, 0)
    health_check_grace_seconds = optional(number, 60)
    health_check = optional(object({
      path                = optional(string, "/health")
      matcher             = optional(string, "200")
      interval_seconds    = optional(number, 30)
      timeout_seconds     = optional(number, 5)
      healthy_threshold   = optional(number, 2)
      unhealthy_threshold = optional(number, 3)
    }), {})
  })
  default = null

  validation {
    condition     = var.load_balancer == null || var.container.port != null
    error_message = "A service behind a load_balancer needs container.port."
  }

  validation {
    condition     = var.load_balancer == null || try(var.load_balancer.priority >= 1 && var.load_balancer.priority <= 50000, false)
    error_message = "load_balancer.priority must be 1 to 50000."
  }

  validation {
    condition     = var.load_balancer == null || try(length(var.load_balancer.paths) >= 1 && length(var.load_balancer.paths) + length(var.load_balancer.hosts) <= 5, false)
    error_message = "load_balancer takes at least one path, and up to 5 paths and hosts together: a rule has no room for more."
  }

  validation {
    condition     = var.load_balancer == null || can(regex("^[A-Za-z0-9]([A-Za-z0-9-]{0,24}[A-Za-z0-9])?$", coalesce(try(var.load_balancer.target_group_name, null), "${var.name}-tg")))
    error_message = "The name of the target group, load_balancer.target_group_name or name with \"-tg\", must be 1 to 26 letters, digits or hyphens: AWS allows 32, and \"-green\" is appended for the second one."
  }

  validation {
    condition     = var.load_balancer == null || contains(["round_robin", "least_outstanding_requests", "weighted_random"], try(var.load_balancer.algorithm, ""))
    error_message = "load_balancer.algorithm must be \"round_robin\", \"least_outstanding_requests\" or \"weighted_random\"."
  }

  validation {
    condition     = var.load_balancer == null || try(var.load_balancer.health_check.timeout_seconds < var.load_balancer.health_check.interval_seconds, false)
    error_message = "load_balancer.health_check.timeout_seconds must be below its interval_seconds."
  }
}

variable "scaling" {
  description = "How many tasks each colour runs: between `min` and `max`, so that mean CPU (`cpu_percent`), memory (`memory_percent`) and requests per minute and task (`requests_per_target`) stay at the values given; 0 follows none. `initial` is the count at creation. With `min` equal to `max` the count is fixed."
  type = object({
    min                        = optional(number, 2)
    max                        = optional(number, 4)
    initial                    = optional(number)
    cpu_percent                = optional(number, 70)
    memory_percent             = optional(number, 0)
    requests_per_target        = optional(number, 0)
    scale_in_cooldown_seconds  = optional(number, 300)
    scale_out_cooldown_seconds = optional(number, 60)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.scaling.min >= 0 && var.scaling.min <= var.scaling.max && coalesce(var.scaling.initial, var.scaling.min) >= var.scaling.min && coalesce(var.scaling.initial, var.scaling.min) <= var.scaling.max
    error_message = "scaling needs min from 0 up, max not below min, and initial between them."
  }

  validation {
    condition     = alltrue([for percent in [var.scaling.cpu_percent, var.scaling.memory_percent] : percent >= 0 && percent <= 100])
    error_message = "scaling.cpu_percent and scaling.memory_percent must be at most 100, or 0 to follow none."
  }

  validation {
    condition     = var.scaling.requests_per_target == 0 || var.load_balancer != null
    error_message = "scaling.requests_per_target counts requests of a load balancer, and load_balancer is null."
  }
}

variable "deployment" {
  description = "How tasks are replaced. The circuit breaker gives up on a deployment whose tasks do not come up, and `rollback` returns to the last one that did; so does an alarm of `alarm_names`. `wait` lets the apply end only when the service is steady. `keep_task_definitions` leaves earlier revisions registered, so that there is something to go back to."
  type = object({
    minimum_healthy_percent = optional(number, 100)
    maximum_percent         = optional(number, 200)
    rollback                = optional(bool, true)
    alarm_names             = optional(set(string), [])
    wait                    = optional(bool, false)
    keep_task_definitions   = optional(bool, true)
    zone_rebalancing        = optional(bool, true)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.deployment.minimum_healthy_percent >= 0 && var.deployment.minimum_healthy_percent <= 100 && var.deployment.maximum_percent >= 100 && var.deployment.maximum_percent <= 200 && var.deployment.minimum_healthy_percent < var.deployment.maximum_percent
    error_message = "deployment needs minimum_healthy_percent from 0 to 100 and maximum_percent from 100 to 200, and a gap between them: without one no task can ever be replaced."
  }

  validation {
    condition     = !var.deployment.zone_rebalancing || var.deployment.maximum_percent > 100
    error_message = "deployment.zone_rebalancing starts a task in one zone before it stops one in another, so it needs a maximum_percent above 100."
  }
}

variable "capacity_providers" {
  description = "Mix of `FARGATE` and `FARGATE_SPOT`, by weight, with `base` tasks on that provider first. Empty launches on Fargate alone."
  type = map(object({
    weight = number
    base   = optional(number, 0)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(setsubtract(keys(var.capacity_providers), ["FARGATE", "FARGATE_SPOT"])) == 0
    error_message = "capacity_providers takes \"FARGATE\" and \"FARGATE_SPOT\"."
  }

  validation {
    condition     = length([for provider in values(var.capacity_providers) : provider if provider.base > 0]) <= 1
    error_message = "Only one of capacity_providers may have a base."
  }
}

variable "platform_version" {
  description = "Fargate platform version: `1.4.0`, or `LATEST`."
  type        = string
  default     = "LATEST"
  nullable    = false

  validation {
    condition     = can(regex("^(LATEST|[0-9]+\\.[0-9]+\\.[0-9]+)$", var.platform_version))
    error_message = "platform_version must be \"LATEST\" or a version such as \"1.4.0\"."
  }
}

variable "execute_command" {
  description = "Allow a shell in running tasks by `aws ecs execute-command`. The task role needs the rights for it, and the root file system has to be writable."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.execute_command || (!var.container.readonly_root_filesystem && alltrue([for sidecar in values(var.sidecars) : !sidecar.readonly_root_filesystem]))
    error_message = "execute_command does not work with a read-only root file system: its agent writes into every container. Set readonly_root_filesystem = false in container and in each of sidecars."
  }
}

variable "logs" {
  description = "Log group of the containers: its name (`/ecs/<name>` where null), how many days a line is kept (0 is for ever), and the KMS key that encrypts it."
  type = object({
    group_name     = optional(string)
    retention_days = optional(number, 30)
    kms_key_arn    = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains([0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.logs.retention_days)
    error_message = "logs.retention_days must be one of the retentions that CloudWatch Logs offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days, or 0 for ever."
  }
}

variable "tags" {
  description = "Tags of everything in the module, in addition to the provider's default tags. Tasks inherit them, so that their cost can be told apart."
  type        = map(string)
  default     = {}
  nullable    = false
}
