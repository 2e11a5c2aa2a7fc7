variable "name" {
  description = "Base of all names: the distribution's comment, its policies, functions and access controls begin with it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,32}$", var.name))
    error_message = "name must be 1 to 32 characters out of letters, digits, underscore and hyphen."
  }
}

variable "aliases" {
  description = "Host names that viewers use. They need `certificate`, and DNS records that point to the output `domain_name`."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.aliases) == 0 || var.certificate != null
    error_message = "aliases need a certificate: CloudFront's own covers only its own names."
  }
}

variable "certificate" {
  description = "Certificate for `aliases`, issued in us-east-1, and the oldest TLS that viewers may speak. Null serves CloudFront's own name only."
  type = object({
    arn                      = string
    minimum_protocol_version = optional(string, "TLSv1.2_2021")
  })
  default = null

  validation {
    condition     = var.certificate == null ? true : can(regex("^arn:[a-z-]+:acm:us-east-1:[0-9]{12}:certificate/.+$", var.certificate.arn))
    error_message = "certificate.arn must be an ACM certificate in us-east-1: CloudFront takes certificates from no other region."
  }

  validation {
    condition     = var.certificate == null ? true : contains(["TLSv1.2_2018", "TLSv1.2_2019", "TLSv1.2_2021"], var.certificate.minimum_protocol_version)
    error_message = "certificate.minimum_protocol_version must be TLSv1.2_2018, TLSv1.2_2019 or TLSv1.2_2021: anything older is broken."
  }
}

variable "delivery" {
  description = "How the distribution serves: HTTP version, IPv6, the edge locations paid for (`price_class`), the object served at `/`, whether it answers at all (`enabled`), and whether the apply waits until every edge has a change."
  type = object({
    enabled             = optional(bool, true)
    http_version        = optional(string, "http2and3")
    ipv6                = optional(bool, true)
    price_class         = optional(string, "PriceClass_100")
    default_root_object = optional(string)
    wait_for_deployment = optional(bool, true)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["http1.1", "http2", "http3", "http2and3"], var.delivery.http_version)
    error_message = "delivery.http_version must be http1.1, http2, http3 or http2and3."
  }

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.delivery.price_class)
    error_message = "delivery.price_class must be PriceClass_100, PriceClass_200 or PriceClass_All."
  }

  validation {
    condition     = var.delivery.default_root_object == null ? true : !startswith(var.delivery.default_root_object, "/")
    error_message = "delivery.default_root_object must not begin with a slash."
  }
}

variable "web_acl_arn" {
  description = "Web ACL (scope CLOUDFRONT) that filters requests. Null filters none."
  type        = string
  default     = null

  validation {
    condition     = var.web_acl_arn == null || can(regex("^arn:[a-z-]+:wafv2:us-east-1:[0-9]{12}:global/webacl/.+$", var.web_acl_arn))
    error_message = "web_acl_arn must be the ARN of a WAFv2 web ACL of scope CLOUDFRONT, which lives in us-east-1."
  }
}

variable "origins" {
  description = "Where content comes from, by name. `custom` is any web server, such as a load balancer or an API; it is reached by HTTPS unless `protocol_policy` says otherwise. `s3` is a bucket, given by its regional domain name and read with an origin access control, so that nobody else needs access to it. `headers` are added to every request; they are kept in the state, so put no secret into them."
  type = map(object({
    type                    = string
    domain_name             = string
    path                    = optional(string, "")
    headers                 = optional(map(string), {})
    shield_region           = optional(string)
    protocol_policy         = optional(string, "https-only")
    http_port               = optional(number, 80)
    https_port              = optional(number, 443)
    read_timeout_seconds    = optional(number, 30)
    keepalive_seconds       = optional(number, 5)
    connection_attempts     = optional(number, 3)
    connect_timeout_seconds = optional(number, 10)
  }))
  nullable = false

  validation {
    condition     = length(var.origins) > 0
    error_message = "A distribution needs at least one origin."
  }

  validation {
    condition     = alltrue([for origin in values(var.origins) : contains(["custom", "s3"], origin.type)])
    error_message = "The type of an origin must be custom or s3."
  }

  validation {
    condition     = alltrue([for origin in values(var.origins) : can(regex("^[A-Za-z0-9.-]+$", origin.domain_name))])
    error_message = "The domain_name of an origin must be a host name, without scheme, port or path."
  }

  validation {
    condition     = alltrue([for origin in values(var.origins) : origin.type != "s3" || !strcontains(origin.domain_name, "s3-website")])
    error_message = "An s3 origin must be the bucket's regional domain name: a website endpoint cannot be read with an access control. Use type custom for it."
  }

  validation {
    condition     = alltrue([for origin in values(var.origins) : origin.path == "" || (startswith(origin.path, "/") && !endswith(origin.path, "/"))])
    error_message = "The path of an origin must begin with a slash and not end in one."
  }

  validation {
    condition     = alltrue([for origin in values(var.origins) : contains(["https-only", "http-only", "match-viewer"], origin.protocol_policy)])
    error_message = "The protocol_policy of an origin must be https-only, http-only or match-viewer."
  }

  validation {
    condition     = alltrue([for origin in values(var.origins) : origin.read_timeout_seconds >= 1 && origin.read_timeout_seconds <= 180 && origin.keepalive_seconds >= 1 && origin.keepalive_seconds <= 180])
    error_message = "read_timeout_seconds and keepalive_seconds must lie between 1 and 180; above 60 AWS asks for a raised quota."
  }
}

variable "origin_groups" {
  description = "Pairs of origins, by name: a request that `primary` answers with one of `status_codes` is tried again at `secondary`. A behaviour uses a group like an origin."
  type = map(object({
    primary      = string
    secondary    = string
    status_codes = optional(set(number), [500, 502, 503, 504])
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for group in values(var.origin_groups) : contains(keys(var.origins), group.primary) && contains(keys(var.origins), group.secondary)])
    error_message = "primary and secondary of an origin group must be keys of origins."
  }
}

variable "default_behavior" {
  description = "What happens to requests that no entry of `behaviors` matches. `methods` is read (GET, HEAD), read-options or all. The three policies are a key of the map of that name in this module, or the name of one that AWS manages (`CachingDisabled`, `AllViewer`, `SecurityHeadersPolicy`, ...); `none` as response headers policy leaves the security headers out. `functions` and `lambda_functions` run at the events viewer-request, viewer-response, origin-request and origin-response; the former are keys of `functions`."
  type = object({
    origin                  = string
    methods                 = optional(string, "read")
    cache_policy            = optional(string, "CachingOptimized")
    origin_request_policy   = optional(string)
    response_headers_policy = optional(string, "SecurityHeadersPolicy")
    viewer_protocol         = optional(string, "redirect-to-https")
    compress                = optional(bool, true)
    functions               = optional(map(string), {})
    lambda_functions = optional(map(object({
      arn          = string
      include_body = optional(bool, false)
    })), {})
    key_group_ids = optional(list(string), [])
  })
  nullable = false

  validation {
    condition     = contains(setunion(keys(var.origins), keys(var.origin_groups)), var.default_behavior.origin)
    error_message = "default_behavior.origin must be a key of origins or origin_groups."
  }
}

variable "behaviors" {
  description = "What happens to requests for a path, tried in this order. The fields are those of `default_behavior`."
  type = list(object({
    path                    = string
    origin                  = string
    methods                 = optional(string, "read")
    cache_policy            = optional(string, "CachingOptimized")
    origin_request_policy   = optional(string)
    response_headers_policy = optional(string, "SecurityHeadersPolicy")
    viewer_protocol         = optional(string, "redirect-to-https")
    compress                = optional(bool, true)
    functions               = optional(map(string), {})
    lambda_functions = optional(map(object({
      arn          = string
      include_body = optional(bool, false)
    })), {})
    key_group_ids = optional(list(string), [])
  }))
  default  = []
  nullable = false

  validation {
    condition     = alltrue([for behavior in var.behaviors : contains(setunion(keys(var.origins), keys(var.origin_groups)), behavior.origin)])
    error_message = "The origin of a behaviour must be a key of origins or origin_groups."
  }

  validation {
    condition     = length(distinct(var.behaviors[*].path)) == length(var.behaviors)
    error_message = "Two behaviours must not have the same path: the second would never be used, and CloudFront refuses it."
  }

  validation {
    condition     = alltrue([for behavior in concat([var.default_behavior], var.behaviors) : contains(["read", "read-options", "all"], behavior.methods)])
    error_message = "The methods of a behaviour must be read, read-options or all."
  }

  validation {
    condition     = alltrue([for behavior in concat([var.default_behavior], var.behaviors) : contains(["redirect-to-https", "https-only", "allow-all"], behavior.viewer_protocol)])
    error_message = "The viewer_protocol of a behaviour must be redirect-to-https, https-only or allow-all."
  }

  validation {
    condition = alltrue(flatten([for behavior in concat([var.default_behavior], var.behaviors) : [
      alltrue([for event in keys(behavior.functions) : contains(["viewer-request", "viewer-response"], event)]),
      alltrue([for event in keys(behavior.lambda_functions) : contains(["viewer-request", "viewer-response", "origin-request", "origin-response"], event)]),
    ]]))
    error_message = "functions run at viewer-request and viewer-response; lambda_functions also at origin-request and origin-response."
  }

  validation {
    condition     = alltrue([for behavior in concat([var.default_behavior], var.behaviors) : length(behavior.functions) == 0 || length([for event in keys(behavior.lambda_functions) : event if startswith(event, "viewer-")]) == 0])
    error_message = "A behaviour must not mix functions and lambda_functions at viewer events: CloudFront refuses it."
  }

  validation {
    condition     = alltrue(flatten([for behavior in concat([var.default_behavior], var.behaviors) : [for name in values(behavior.functions) : contains(keys(var.functions), name)]]))
    error_message = "Every function of a behaviour must be a key of functions."
  }

  validation {
    condition     = alltrue(flatten([for behavior in concat([var.default_behavior], var.behaviors) : [for association in values(behavior.lambda_functions) : can(regex("^arn:[a-z-]+:lambda:us-east-1:[0-9]{12}:function:[^:]+:[0-9]+$", association.arn))]]))
    error_message = "The arn of a Lambda@Edge function must be that of a numbered version in us-east-1: CloudFront takes neither $LATEST nor an alias nor another region."
  }

  validation {
    condition     = alltrue([for behavior in concat([var.default_behavior], var.behaviors) : contains(concat(keys(var.cache_policies), keys(local.managed_cache_policies)), behavior.cache_policy)])
    error_message = "The cache_policy of a behaviour must be a key of cache_policies or one of ${join(", ", keys(local.managed_cache_policies))}."
  }

  validation {
    condition     = alltrue([for behavior in concat([var.default_behavior], var.behaviors) : behavior.origin_request_policy == null ? true : contains(concat(keys(var.origin_request_policies), keys(local.managed_origin_request_policies)), behavior.origin_request_policy)])
    error_message = "The origin_request_policy of a behaviour must be a key of origin_request_policies or one of ${join(", ", keys(local.managed_origin_request_policies))}."
  }

  validation {
    condition     = alltrue([for behavior in concat([var.default_behavior], var.behaviors) : contains(concat(["none"], keys(var.response_headers_policies), keys(local.managed_response_headers_policies)), behavior.response_headers_policy)])
    error_message = "The response_headers_policy of a behaviour must be none, a key of response_headers_policies or one of ${join(", ", keys(local.managed_response_headers_policies))}."
  }
}

variable "cache_policies" {
  description = "Cache policies by name: how long an answer is kept when the origin does not say (`default_ttl_seconds`), at least and at most, and what distinguishes one answer from another. What is listed here is also what the origin gets to see: an answer cannot depend on a cookie that is not forwarded, so leaving `cookies` and `headers` empty keeps personal pages out of the cache."
  type = map(object({
    default_ttl_seconds = number
    min_ttl_seconds     = optional(number, 0)
    max_ttl_seconds     = optional(number, 31536000)
    headers             = optional(set(string), [])
    cookies             = optional(set(string), [])
    query_strings       = optional(string, "all")
    query_string_names  = optional(set(string), [])
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for policy in values(var.cache_policies) : policy.min_ttl_seconds <= policy.default_ttl_seconds && policy.default_ttl_seconds <= policy.max_ttl_seconds])
    error_message = "The seconds of a cache policy must rise: min_ttl_seconds <= default_ttl_seconds <= max_ttl_seconds."
  }

  validation {
    condition     = alltrue([for policy in values(var.cache_policies) : contains(["all", "none", "whitelist", "allExcept"], policy.query_strings)])
    error_message = "query_strings of a cache policy must be all, none, whitelist or allExcept."
  }

  validation {
    condition     = alltrue([for policy in values(var.cache_policies) : contains(["whitelist", "allExcept"], policy.query_strings) == (length(policy.query_string_names) > 0)])
    error_message = "query_string_names belong to query_strings whitelist and allExcept, which need at least one."
  }
}

variable "origin_request_policies" {
  description = "Origin request policies by name: what the origin gets to see beyond what the cache policy distinguishes. Each of the three is none, all, allViewer (headers), whitelist or allExcept; the last two take names."
  type = map(object({
    headers            = optional(string, "none")
    header_names       = optional(set(string), [])
    cookies            = optional(string, "none")
    cookie_names       = optional(set(string), [])
    query_strings      = optional(string, "all")
    query_string_names = optional(set(string), [])
  }))
  default  = {}
  nullable = false

  validation {
    condition = alltrue([for policy in values(var.origin_request_policies) :
      contains(["none", "allViewer", "allViewerAndWhitelistCloudFront", "whitelist", "allExcept"], policy.headers) &&
      contains(["none", "all", "whitelist", "allExcept"], policy.cookies) &&
      contains(["none", "all", "whitelist", "allExcept"], policy.query_strings)
    ])
    error_message = "headers must be none, allViewer, allViewerAndWhitelistCloudFront, whitelist or allExcept; cookies and query_strings none, all, whitelist or allExcept."
  }
}

variable "response_headers_policies" {
  description = "Response headers policies by name. The security headers are on and override the origin's; `hsts_seconds = 0`, `content_type_options = false` and an empty `frame_options` or `referrer_policy` leave one out. `cors` answers browsers of other origins, `headers` adds and `remove` takes away."
  type = map(object({
    hsts_seconds            = optional(number, 31536000)
    hsts_include_subdomains = optional(bool, true)
    hsts_preload            = optional(bool, false)
    content_type_options    = optional(bool, true)
    frame_options           = optional(string, "DENY")
    referrer_policy         = optional(string, "strict-origin-when-cross-origin")
    content_security_policy = optional(string)
    headers                 = optional(map(string), {})
    remove                  = optional(set(string), [])
    cors = optional(object({
      origins         = set(string)
      methods         = optional(set(string), ["GET", "HEAD"])
      headers         = optional(set(string), ["*"])
      expose          = optional(set(string), [])
      credentials     = optional(bool, false)
      max_age_seconds = optional(number, 600)
    }))
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for policy in values(var.response_headers_policies) : contains(["", "DENY", "SAMEORIGIN"], policy.frame_options)])
    error_message = "frame_options must be DENY, SAMEORIGIN or empty."
  }

  validation {
    condition = alltrue([for policy in values(var.response_headers_policies) : contains(
      ["", "no-referrer", "no-referrer-when-downgrade", "origin", "origin-when-cross-origin", "same-origin", "strict-origin", "strict-origin-when-cross-origin", "unsafe-url"], policy.referrer_policy
    )])
    error_message = "referrer_policy must be one of the values of that header, or empty."
  }

  validation {
    condition     = alltrue([for policy in values(var.response_headers_policies) : policy.cors == null ? true : !(policy.cors.credentials && contains(setunion(policy.cors.origins, policy.cors.headers), "*"))])
    error_message = "cors with credentials must name its origins and headers: browsers ignore \"*\" then."
  }
}

variable "functions" {
  description = "CloudFront Functions by name: JavaScript that runs at viewer events. A change is published with the apply; `publish = false` keeps it in the development stage."
  type = map(object({
    code                 = string
    comment              = optional(string, "")
    runtime              = optional(string, "cloudfront-js-2.0")
    publish              = optional(bool, true)
    key_value_store_arns = optional(set(string), [])
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for function in values(var.functions) : contains(["cloudfront-js-1.0", "cloudfront-js-2.0"], function.runtime)])
    error_message = "The runtime of a function must be cloudfront-js-1.0 or cloudfront-js-2.0."
  }

  validation {
    condition     = alltrue([for function in values(var.functions) : length(function.code) <= 10240])
    error_message = "The code of a function must not exceed 10 KB: CloudFront takes no more."
  }
}

variable "geo_restriction" {
  description = "Countries, as two-letter codes, that alone are served (whitelist) or are not served (blacklist)."
  type = object({
    type      = optional(string, "none")
    countries = optional(set(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["none", "whitelist", "blacklist"], var.geo_restriction.type)
    error_message = "geo_restriction.type must be none, whitelist or blacklist."
  }

  validation {
    condition     = (var.geo_restriction.type == "none") == (length(var.geo_restriction.countries) == 0)
    error_message = "geo_restriction.countries belong to whitelist and blacklist, which need at least one."
  }

  validation {
    condition     = alltrue([for country in var.geo_restriction.countries : can(regex("^[A-Z]{2}$", country))])
    error_message = "Every entry of geo_restriction.countries must be an ISO 3166 code of two capital letters."
  }
}

variable "error_responses" {
  description = "What viewers get for an error of the origin, by its status code: another `status` with the object at `page` (a single-page application answers 404 with `/index.html` and 200), and how long the error is remembered."
  type = map(object({
    status      = optional(number)
    page        = optional(string)
    ttl_seconds = optional(number, 10)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for code in keys(var.error_responses) : contains(["400", "403", "404", "405", "414", "416", "500", "501", "502", "503", "504"], code)])
    error_message = "The keys of error_responses must be status codes that CloudFront can replace: 400, 403, 404, 405, 414, 416, 500, 501, 502, 503 or 504."
  }

  validation {
    condition     = alltrue([for response in values(var.error_responses) : (response.status == null) == (response.page == null)])
    error_message = "An error response must have both status and page, or neither."
  }
}

variable "logging" {
  description = "Where the access logs go: the ARN of a log group, a bucket (optionally with a path) or a Firehose stream, and their format: json, plain, w3c, raw or parquet. Null keeps none. The module must be called with a us-east-1 provider for it."
  type = object({
    destination_arn = string
    format          = optional(string, "json")
    path            = optional(string)
    fields          = optional(list(string))
  })
  default = null

  validation {
    condition     = var.logging == null ? true : contains(["json", "plain", "w3c", "raw", "parquet"], var.logging.format)
    error_message = "logging.format must be json, plain, w3c, raw or parquet."
  }

  validation {
    condition     = var.logging == null ? true : can(regex("^arn:[a-z-]+:(s3:::|logs:|firehose:).+$", var.logging.destination_arn))
    error_message = "logging.destination_arn must be the ARN of a bucket, a log group or a Firehose stream."
  }
}

variable "additional_metrics" {
  description = "Publish cache hit rate, origin latency and error rates by status code to CloudWatch, at a fixed price per distribution."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Tags of every resource that can carry them, in addition to the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
