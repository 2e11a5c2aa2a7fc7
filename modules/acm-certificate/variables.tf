variable "domain_name" {
  description = "Name that the certificate is issued for: a host name such as `app.example.com`, or a wildcard such as `*.example.com`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^(\\*\\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", var.domain_name))
    error_message = "domain_name must be a lower-case host name with at least one dot, optionally led by \"*.\"."
  }

  validation {
    condition     = length(var.domain_name) <= 64
    error_message = "ACM refuses a domain_name of more than 64 characters. Use a shorter name here and put the long one into subject_alternative_names."
  }
}

variable "subject_alternative_names" {
  description = "Further names on the same certificate."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for name in var.subject_alternative_names : can(regex("^(\\*\\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", name))])
    error_message = "Every entry of subject_alternative_names must be a lower-case host name with at least one dot, optionally led by \"*.\"."
  }
}

variable "zones" {
  description = "Route 53 zone id by domain name, for every name whose validation record this module shall write. A name takes the zone of its longest listed suffix, so `{ \"example.com\" = \"Z123\" }` covers `app.example.com`. Empty means that somebody else writes the records from the output `validation_records`."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition = length(var.zones) == 0 || alltrue([
      for name in setunion([var.domain_name], var.subject_alternative_names) :
      anytrue([for zone in keys(var.zones) : trimprefix(name, "*.") == zone || endswith(name, ".${zone}")])
    ])
    error_message = "zones must cover domain_name and every entry of subject_alternative_names: a name that no listed zone holds is never validated, and the apply would wait for it until its time-out."
  }
}

variable "wait_for_validation" {
  description = "Let the apply wait until ACM has issued the certificate, so that a listener or a distribution that refers to the output `arn` finds it usable. Takes effect only where `zones` is given."
  type        = bool
  default     = true
  nullable    = false
}

variable "validation_timeout" {
  description = "How long to wait for the certificate to be issued, as a Go duration such as `75m`."
  type        = string
  default     = "75m"
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]+(s|m|h)$", var.validation_timeout))
    error_message = "validation_timeout must be a whole number followed by s, m or h, for example \"75m\"."
  }
}

variable "key_algorithm" {
  description = "Key of the certificate. CloudFront and load balancers accept RSA_2048, EC_prime256v1 and EC_secp384r1."
  type        = string
  default     = "RSA_2048"
  nullable    = false

  validation {
    condition     = contains(["RSA_2048", "EC_prime256v1", "EC_secp384r1"], var.key_algorithm)
    error_message = "key_algorithm must be RSA_2048, EC_prime256v1 or EC_secp384r1: these are the keys that ACM issues for public names."
  }
}

variable "transparency_logging" {
  description = "Publish the certificate in the transparency logs. Browsers distrust a public certificate that is in none, so switch it off only for names that no browser opens."
  type        = bool
  default     = true
  nullable    = false
}

variable "tags" {
  description = "Tags of the certificate, in addition to the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
