variable "name" {
  description = "Name of the load balancer."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$", var.name)) && !startswith(var.name, "internal-")
    error_message = "name must be 1 to 32 letters, digits or hyphens, neither begin nor end with a hyphen, and not begin with \"internal-\", which AWS keeps for itself."
  }
}

variable "subnet_ids" {
  description = "Subnets that the load balancer stands in, one per availability zone."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "An application load balancer needs subnet_ids in at least two availability zones."
  }
}

variable "security_group_ids" {
  description = "Security groups that decide who may call the load balancer and whom it may call."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.security_group_ids) >= 1 && length(var.security_group_ids) <= 5
    error_message = "security_group_ids takes 1 to 5 groups. With none AWS would use the VPC's default group."
  }
}

variable "internal" {
  description = "Reachable from within the VPC only."
  type        = bool
  default     = false
  nullable    = false
}

variable "ip_address_type" {
  description = "Addresses that clients may use: `ipv4`, `dualstack`, or `dualstack-without-public-ipv4`."
  type        = string
  default     = "ipv4"
  nullable    = false

  validation {
    condition     = contains(["ipv4", "dualstack", "dualstack-without-public-ipv4"], var.ip_address_type)
    error_message = "ip_address_type must be \"ipv4\", \"dualstack\" or \"dualstack-without-public-ipv4\"."
  }

  validation {
    condition     = var.ip_address_type != "dualstack-without-public-ipv4" || !var.internal
    error_message = "AWS offers \"dualstack-without-public-ipv4\" only to load balancers that face the internet."
  }
}

variable "https" {
  description = "The listener on port 443: its certificate, further certificates by a name of your own (clients pick by server name), and the TLS policy. Null leaves plain HTTP, which `http = \"serve\"` has to ask for."
  type = object({
    certificate_arn             = string
    additional_certificate_arns = optional(map(string), {})
    ssl_policy                  = optional(string, "ELBSecurityPolicy-TLS13-1-2-2021-06")
  })
  default = null

  validation {
    condition     = var.https == null || can(regex("^ELBSecurityPolicy-(TLS13-1-[23]|FS-1-2|TLS-1-2)-", var.https.ssl_policy))
    error_message = "https.ssl_policy must be one that refuses TLS 1.0 and 1.1, for example \"ELBSecurityPolicy-TLS13-1-2-2021-06\"."
  }
}

variable "http" {
  description = "What happens on port 80: `redirect` sends clients to HTTPS, `closed` makes no listener, `serve` answers in plain HTTP and takes the place of `https`."
  type        = string
  default     = "redirect"
  nullable    = false

  validation {
    condition     = contains(["redirect", "closed", "serve"], var.http)
    error_message = "http must be \"redirect\", \"closed\" or \"serve\"."
  }

  validation {
    condition     = !contains(["redirect", "closed"], var.http) || var.https != null
    error_message = "Without https there is nothing to redirect to. Give https a certificate, or accept plain HTTP with http = \"serve\"."
  }

  validation {
    condition     = var.http != "serve" || var.https == null
    error_message = "http = \"serve\" is the listener of a load balancer without https. With https use \"redirect\" or \"closed\"."
  }
}

variable "default_response" {
  description = "Answer to requests that no rule takes. The services bring their own rules; whoever calls by address or by a foreign name gets this."
  type = object({
    status_code  = optional(number, 404)
    content_type = optional(string, "text/plain")
    body         = optional(string, "Not found")
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.default_response.status_code >= 200 && var.default_response.status_code <= 599 && !(var.default_response.status_code >= 300 && var.default_response.status_code < 400)
    error_message = "default_response.status_code must be a 2xx, 4xx or 5xx status: AWS takes no other in a fixed response."
  }

  validation {
    condition     = contains(["text/plain", "text/css", "text/html", "application/javascript", "application/json"], var.default_response.content_type) && length(var.default_response.body) <= 1024
    error_message = "default_response takes text/plain, text/css, text/html, application/javascript or application/json, and a body of up to 1024 characters."
  }
}

variable "response_headers" {
  description = "Headers that the HTTPS listener puts on every response, whatever the service answers. An empty one is left to the service. `server = false` takes out the name of the load balancer."
  type = object({
    strict_transport_security = optional(string, "max-age=31536000; includeSubDomains")
    content_type_options      = optional(string, "nosniff")
    frame_options             = optional(string, "")
    server                    = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["", "DENY", "SAMEORIGIN"], var.response_headers.frame_options)
    error_message = "response_headers.frame_options must be \"DENY\", \"SAMEORIGIN\" or empty."
  }

  validation {
    condition     = contains(["", "nosniff"], var.response_headers.content_type_options)
    error_message = "response_headers.content_type_options must be \"nosniff\" or empty."
  }
}

variable "idle_timeout_seconds" {
  description = "How long a connection may stay silent. A service must keep its connections open for longer, or clients see 502."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.idle_timeout_seconds >= 1 && var.idle_timeout_seconds <= 4000
    error_message = "idle_timeout_seconds must be 1 to 4000."
  }
}

variable "drop_invalid_header_fields" {
  description = "Drop header fields whose name is not valid in HTTP instead of passing them on. Guards against request smuggling."
  type        = bool
  default     = true
  nullable    = false
}

variable "desync_mitigation_mode" {
  description = "How requests are treated that two HTTP servers may read differently: `defensive`, `strictest`, or `monitor`."
  type        = string
  default     = "defensive"
  nullable    = false

  validation {
    condition     = contains(["defensive", "strictest", "monitor"], var.desync_mitigation_mode)
    error_message = "desync_mitigation_mode must be \"defensive\", \"strictest\" or \"monitor\"."
  }
}

variable "logs" {
  description = "S3 bucket for a line per request (`access`) and per connection (`connection`), under `prefix`. The bucket's policy must let Elastic Load Balancing write. Null writes none."
  type = object({
    bucket     = string
    prefix     = optional(string)
    access     = optional(bool, true)
    connection = optional(bool, false)
  })
  default = null

  validation {
    condition     = var.logs == null || !can(regex("^/|/$|AWSLogs", var.logs.prefix))
    error_message = "logs.prefix must neither begin nor end with a slash, nor hold \"AWSLogs\", which AWS puts behind it."
  }
}

variable "web_acl" {
  description = "WAF web ACL that inspects every request before a rule sees it. Null attaches none."
  type        = object({ arn = string })
  default     = null
}

variable "deletion_protection" {
  description = "Make AWS refuse to delete the load balancer. Switch it off, and apply, before a destroy."
  type        = bool
  default     = true
  nullable    = false
}

variable "tags" {
  description = "Tags of the load balancer and its listeners, in addition to the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
