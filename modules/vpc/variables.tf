variable "name" {
  description = "Name of the VPC. The names of everything in it begin with it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9-]{0,35}$", var.name))
    error_message = "name must be 1 to 36 letters, digits or hyphens and begin with a letter or digit: the role of the flow logs is named after it and the region, and IAM allows 64 characters."
  }
}

variable "cidr" {
  description = "IPv4 range of the VPC, for example `10.0.0.0/16`. AWS cannot change it later."
  type        = string
  nullable    = false

  validation {
    condition = can(cidrhost(var.cidr, 0)) && can(regex("/(1[6-9]|2[0-8])$", var.cidr)) && (
      try(cidrhost(var.cidr, 0), "") == split("/", var.cidr)[0]
    )
    error_message = "cidr must be an IPv4 network from /16 to /28, written with its first address, for example \"10.0.0.0/16\"."
  }
}

variable "tiers" {
  description = "Subnets by tier, that is by how they are reached: `subnets` gives the range by availability zone, `route` where traffic that leaves the VPC goes (`internet` in and out, `nat` out only, `none`), `public_ips` whether whatever starts there gets a public address without asking, `network_acl` the only traffic that may cross the border of the tier (it keeps no state, so answers need a rule of their own; null leaves the tier with the VPC's default ACL, which allows all)."
  type = map(object({
    subnets    = map(string)
    route      = string
    public_ips = optional(bool, false)
    network_acl = optional(object({
      ingress = list(object({
        rule_number = number
        action      = optional(string, "allow")
        protocol    = optional(string, "tcp")
        from_port   = optional(number)
        to_port     = optional(number)
        cidr        = string
      }))
      egress = list(object({
        rule_number = number
        action      = optional(string, "allow")
        protocol    = optional(string, "tcp")
        from_port   = optional(number)
        to_port     = optional(number)
        cidr        = string
      }))
    }))
  }))
  nullable = false

  validation {
    condition     = length(var.tiers) > 0 && alltrue([for tier in values(var.tiers) : length(tier.subnets) > 0])
    error_message = "tiers must hold at least one tier, and each tier at least one subnet."
  }

  validation {
    condition     = alltrue([for name in keys(var.tiers) : can(regex("^[a-z][a-z0-9-]{0,31}$", name))])
    error_message = "The name of a tier must be 1 to 32 lower-case letters, digits or hyphens and begin with a letter."
  }

  validation {
    condition     = alltrue([for tier in values(var.tiers) : contains(["internet", "nat", "none"], tier.route)])
    error_message = "The route of a tier must be \"internet\", \"nat\" or \"none\"."
  }

  validation {
    condition     = alltrue([for tier in values(var.tiers) : tier.route == "internet" || !tier.public_ips])
    error_message = "public_ips is of use only in a tier whose route is \"internet\": elsewhere nothing can reach the address."
  }

  validation {
    condition     = alltrue(flatten([for tier in values(var.tiers) : [for zone in keys(tier.subnets) : can(regex("^[a-z]{2}(-[a-z0-9]+)+-[0-9][a-z]$", zone))]]))
    error_message = "Subnets are keyed by the name of their availability zone, for example \"eu-central-1a\"."
  }

  validation {
    condition = alltrue(flatten([for tier in values(var.tiers) : [
      for range in values(tier.subnets) : can(regex("/(1[6-9]|2[0-8])$", range)) && try(cidrhost(range, 0) == split("/", range)[0], false)
    ]]))
    error_message = "The range of a subnet must be an IPv4 network from /16 to /28, written with its first address, for example \"10.0.1.0/24\"."
  }

  validation {
    # A range lies in the VPC's if its address, cut at the VPC's prefix length, is the VPC's.
    condition = alltrue(flatten([for tier in values(var.tiers) : [
      for range in values(tier.subnets) : try(
        tonumber(split("/", range)[1]) >= tonumber(split("/", var.cidr)[1]) &&
        cidrhost("${split("/", range)[0]}/${split("/", var.cidr)[1]}", 0) == cidrhost(var.cidr, 0),
      true)
    ]]))
    error_message = "Every subnet's range must lie within cidr."
  }

  validation {
    # Two ranges overlap if they are equal when both are cut at the shorter prefix length.
    condition = alltrue(flatten([
      for left_index, left in flatten([for tier in values(var.tiers) : values(tier.subnets)]) : [
        for right_index, right in flatten([for tier in values(var.tiers) : values(tier.subnets)]) : try(
          cidrhost("${split("/", left)[0]}/${min(split("/", left)[1], split("/", right)[1])}", 0) !=
          cidrhost("${split("/", right)[0]}/${min(split("/", left)[1], split("/", right)[1])}", 0),
        true) if left_index < right_index
      ]
    ]))
    error_message = "The ranges of two subnets overlap."
  }

  validation {
    condition = alltrue(flatten([
      for tier in values(var.tiers) : [
        for rules in [tier.network_acl.ingress, tier.network_acl.egress] :
        length(distinct(rules[*].rule_number)) == length(rules) && alltrue([for rule in rules : rule.rule_number >= 1 && rule.rule_number <= 32766])
      ] if tier.network_acl != null
    ]))
    error_message = "The rule numbers of a network ACL must run from 1 to 32766, each used once per direction."
  }

  validation {
    condition = alltrue(flatten([
      for tier in values(var.tiers) : [
        for rule in concat(tier.network_acl.ingress, tier.network_acl.egress) :
        contains(["allow", "deny"], rule.action) && contains(["tcp", "udp", "icmp", "-1"], rule.protocol) && can(cidrhost(rule.cidr, 0))
      ] if tier.network_acl != null
    ]))
    error_message = "A rule of a network ACL needs action \"allow\" or \"deny\", protocol \"tcp\", \"udp\", \"icmp\" or \"-1\" (all), and a valid cidr."
  }

  validation {
    condition = alltrue(flatten([
      for tier in values(var.tiers) : [
        for rule in concat(tier.network_acl.ingress, tier.network_acl.egress) :
        contains(["tcp", "udp"], rule.protocol) ? try(rule.from_port >= 0 && coalesce(rule.to_port, rule.from_port) >= rule.from_port && coalesce(rule.to_port, rule.from_port) <= 65535, false) : rule.from_port == null && rule.to_port == null
      ] if tier.network_acl != null
    ]))
    error_message = "A rule of a network ACL for tcp or udp needs a from_port from 0 to 65535 (and a to_port not below it); a rule for another protocol takes none."
  }
}

variable "nat_gateways" {
  description = "NAT gateways for the tiers whose route is `nat`: `one` for the whole VPC (cheapest; if its zone fails, no tier gets out), `per_zone`, or `none` (those tiers then reach only the VPC and its endpoints)."
  type        = string
  default     = "one"
  nullable    = false

  validation {
    condition     = contains(["none", "one", "per_zone"], var.nat_gateways)
    error_message = "nat_gateways must be \"none\", \"one\" or \"per_zone\"."
  }

  validation {
    condition = var.nat_gateways == "none" || alltrue([for tier in values(var.tiers) : tier.route != "nat"]) || anytrue([
      for tier in values(var.tiers) : tier.route == "internet"
    ])
    error_message = "A NAT gateway stands in a subnet whose route is \"internet\", and tiers has none. Add such a tier, or set nat_gateways to \"none\"."
  }

  validation {
    condition = var.nat_gateways != "per_zone" || length(setsubtract(
      flatten([for tier in values(var.tiers) : keys(tier.subnets) if tier.route == "nat"]),
      flatten([for tier in values(var.tiers) : keys(tier.subnets) if tier.route == "internet"]),
    )) == 0
    error_message = "With nat_gateways \"per_zone\", each zone of a tier with route \"nat\" needs a subnet with route \"internet\" as well: the gateway stands there."
  }
}

variable "gateway_endpoints" {
  description = "Services reached without leaving the AWS network and without charge: `s3`, `dynamodb`. They are entered into every route table."
  type        = set(string)
  default     = ["s3"]
  nullable    = false

  validation {
    condition     = length(setsubtract(var.gateway_endpoints, ["s3", "dynamodb"])) == 0
    error_message = "gateway_endpoints takes \"s3\" and \"dynamodb\": AWS has no others. Every other service is an interface endpoint."
  }
}

variable "interface_endpoints" {
  description = "Services that get an address inside the VPC, for a price per hour and zone: `services` by short name such as `ecr.api`, the `tier` that their addresses are taken from (one subnet per zone), and the `security_group_ids` that decide who may call them (port 443). Null makes none."
  type = object({
    services           = set(string)
    tier               = string
    security_group_ids = set(string)
  })
  default = null

  validation {
    condition     = var.interface_endpoints == null || contains(keys(var.tiers), try(var.interface_endpoints.tier, ""))
    error_message = "interface_endpoints.tier must be the name of one of tiers."
  }

  validation {
    condition     = var.interface_endpoints == null || alltrue([for service in try(var.interface_endpoints.services, []) : can(regex("^[a-z0-9][a-z0-9.-]*$", service)) && !startswith(service, "com.")])
    error_message = "interface_endpoints.services takes short names such as \"ecr.api\" or \"secretsmanager\", without \"com.amazonaws.<region>.\"."
  }
}

variable "flow_logs" {
  description = "Record of the connections in the VPC. They go into a CloudWatch log group with a role of their own, or, where `bucket` is given, into that S3 bucket. `traffic` is `ALL`, `ACCEPT` or `REJECT`; `interval_seconds` 60 or 600. Null records nothing."
  type = object({
    traffic          = optional(string, "ALL")
    interval_seconds = optional(number, 600)
    retention_days   = optional(number, 30)
    kms_key_arn      = optional(string)
    bucket           = optional(object({ arn = string }))
  })
  default = {}

  validation {
    condition     = var.flow_logs == null || contains(["ALL", "ACCEPT", "REJECT"], try(var.flow_logs.traffic, ""))
    error_message = "flow_logs.traffic must be \"ALL\", \"ACCEPT\" or \"REJECT\"."
  }

  validation {
    condition     = var.flow_logs == null || contains([60, 600], try(var.flow_logs.interval_seconds, 0))
    error_message = "flow_logs.interval_seconds must be 60 or 600."
  }

  validation {
    condition = var.flow_logs == null || contains(
      [0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      try(var.flow_logs.retention_days, -1),
    )
    error_message = "flow_logs.retention_days must be one of the retentions that CloudWatch Logs offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days, or 0 for ever."
  }
}

variable "close_default_security_group" {
  description = "Take all rules out of the VPC's default security group, so that whatever is started without a group of its own can neither call nor be called. The module then owns that group."
  type        = bool
  default     = true
  nullable    = false
}

variable "tags" {
  description = "Tags of everything in the module, in addition to the provider's default tags. `Name` is added everywhere, and `Tier` to subnets."
  type        = map(string)
  default     = {}
  nullable    = false
}
