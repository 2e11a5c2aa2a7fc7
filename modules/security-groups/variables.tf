variable "name" {
  description = "Base of the names: group `api` of `storymagic` is called `storymagic-api`, unless the group names itself."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9 ._-]{0,127}$", var.name)) && !startswith(var.name, "sg-")
    error_message = "name must be 1 to 128 letters, digits, blanks, dots, underscores or hyphens, begin with a letter or digit and not with \"sg-\", which AWS keeps for ids."
  }
}

variable "vpc_id" {
  description = "VPC that the groups belong to."
  type        = string
  nullable    = false
}

variable "groups" {
  description = "Groups by key. Each has rules by key, `ingress` for who may call it and `egress` for whom it may call; without a rule nothing passes. The other side of a rule is exactly one of `group` (key of a group in this map), `security_group_id` (a group made elsewhere), `cidr` (IPv4 or IPv6) and `prefix_list_id`. `to_port` defaults to `port`; protocol `-1` is everything and takes no port. Opening a port other than 80 and 443 to the whole internet needs `public = true`."
  type = map(object({
    name = optional(string)
    ingress = optional(map(object({
      description       = optional(string)
      protocol          = optional(string, "tcp")
      port              = optional(number)
      to_port           = optional(number)
      group             = optional(string)
      security_group_id = optional(string)
      cidr              = optional(string)
      prefix_list_id    = optional(string)
      public            = optional(bool, false)
    })), {})
    egress = optional(map(object({
      description       = optional(string)
      protocol          = optional(string, "tcp")
      port              = optional(number)
      to_port           = optional(number)
      group             = optional(string)
      security_group_id = optional(string)
      cidr              = optional(string)
      prefix_list_id    = optional(string)
    })), {})
  }))
  nullable = false

  validation {
    condition     = alltrue([for group in values(var.groups) : group.name == null || (can(regex("^[A-Za-z0-9][A-Za-z0-9 ._:/()#,@\\[\\]+=&;{}!$*-]{0,254}$", group.name)) && !startswith(coalesce(group.name, "-"), "sg-"))])
    error_message = "The name of a group must be 1 to 255 characters that AWS takes in a group name, and not begin with \"sg-\", which AWS keeps for ids."
  }

  validation {
    condition = alltrue(flatten([for group in values(var.groups) : [
      for rule in concat(values(group.ingress), [for rule in values(group.egress) : merge(rule, { public = false })]) :
      length([for peer in [rule.group, rule.security_group_id, rule.cidr, rule.prefix_list_id] : true if peer != null]) == 1
    ]]))
    error_message = "Each rule needs exactly one of group, security_group_id, cidr and prefix_list_id."
  }

  validation {
    condition = alltrue(flatten([for group in values(var.groups) : [
      for peer in concat(values(group.ingress)[*].group, values(group.egress)[*].group) : peer == null || contains(keys(var.groups), coalesce(peer, "-"))
    ]]))
    error_message = "The group of a rule must be a key of groups. For a group that is made elsewhere give its security_group_id."
  }

  validation {
    condition = alltrue(flatten([for group in values(var.groups) : [
      for cidr in concat(values(group.ingress)[*].cidr, values(group.egress)[*].cidr) : cidr == null || can(cidrhost(cidr, 0))
    ]]))
    error_message = "The cidr of a rule must be an IPv4 or IPv6 network, for example \"10.0.0.0/16\" or \"::/0\"."
  }

  validation {
    condition = alltrue(flatten([for group in values(var.groups) : [
      for rule in concat(values(group.ingress), [for rule in values(group.egress) : merge(rule, { public = false })]) :
      contains(["tcp", "udp"], rule.protocol) ? try(rule.port >= 0 && rule.port <= coalesce(rule.to_port, rule.port) && coalesce(rule.to_port, rule.port) <= 65535, false) : rule.port == null && rule.to_port == null
    ]]))
    error_message = "A rule for tcp or udp needs a port from 0 to 65535 (and a to_port not below it); a rule for another protocol takes none."
  }

  validation {
    condition = alltrue(flatten([for group in values(var.groups) : [
      for protocol in concat(values(group.ingress)[*].protocol, values(group.egress)[*].protocol) : contains(["tcp", "udp", "icmp", "icmpv6", "-1"], protocol)
    ]]))
    error_message = "The protocol of a rule must be \"tcp\", \"udp\", \"icmp\", \"icmpv6\" or \"-1\" (all)."
  }

  validation {
    condition = alltrue(flatten([for group in values(var.groups) : [
      for rule in values(group.ingress) :
      rule.public || !contains(["0.0.0.0/0", "::/0"], coalesce(rule.cidr, "-")) || (rule.protocol == "tcp" && contains([80, 443], coalesce(rule.port, -1)) && coalesce(rule.to_port, rule.port, -1) == coalesce(rule.port, -1))
    ]]))
    error_message = "An ingress rule opens a port other than 80 and 443 to the whole internet. If that is meant, say so with public = true."
  }

  validation {
    condition = alltrue(flatten([for group in values(var.groups) : [
      for description in concat(values(group.ingress)[*].description, values(group.egress)[*].description) : description == null || can(regex("^[A-Za-z0-9 ._:/()#,@\\[\\]+=&;{}!$*-]{1,255}$", description))
    ]]))
    error_message = "The description of a rule must be 1 to 255 characters out of letters, digits, blanks and ._-:/()#,@[]+=&;{}!$*."
  }
}

variable "tags" {
  description = "Tags of the groups and the rules, in addition to the provider's default tags. `Name` is added to the groups."
  type        = map(string)
  default     = {}
  nullable    = false
}
