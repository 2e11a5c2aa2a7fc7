resource "aws_cloudfront_response_headers_policy" "this" {
  for_each = var.response_headers_policies

  name = "${var.name}-${each.key}"

  dynamic "security_headers_config" {
    for_each = anytrue([
      each.value.hsts_seconds > 0,
      each.value.content_type_options,
      each.value.frame_options != "",
      each.value.referrer_policy != "",
      each.value.content_security_policy != null,
    ]) ? [each.value] : []

    content {
      dynamic "strict_transport_security" {
        for_each = security_headers_config.value.hsts_seconds > 0 ? [security_headers_config.value] : []

        content {
          access_control_max_age_sec = strict_transport_security.value.hsts_seconds
          include_subdomains         = strict_transport_security.value.hsts_include_subdomains
          preload                    = strict_transport_security.value.hsts_preload
          override                   = true
        }
      }

      dynamic "content_type_options" {
        for_each = security_headers_config.value.content_type_options ? [true] : []

        content {
          override = content_type_options.value
        }
      }

      dynamic "frame_options" {
        for_each = compact([security_headers_config.value.frame_options])

        content {
          frame_option = frame_options.value
          override     = true
        }
      }

      dynamic "referrer_policy" {
        for_each = compact([security_headers_config.value.referrer_policy])

        content {
          referrer_policy = referrer_policy.value
          override        = true
        }
      }

      dynamic "content_security_policy" {
        for_each = security_headers_config.value.content_security_policy[*]

        content {
          content_security_policy = content_security_policy.value
          override                = true
        }
      }
    }
  }

  dynamic "cors_config" {
    for_each = each.value.cors[*]

    content {
      access_control_allow_credentials = cors_config.value.credentials
      access_control_max_age_sec       = cors_config.value.max_age_seconds
      origin_override                  = true

      access_control_allow_origins {
        items = cors_config.value.origins
      }

      access_control_allow_methods {
        items = cors_config.value.methods
      }

      access_control_allow_headers {
        items = cors_config.value.headers
      }

      dynamic "access_control_expose_headers" {
        for_each = length(cors_config.value.expose) > 0 ? [cors_config.value.expose] : []

        content {
          items = access_control_expose_headers.value
        }
      }
    }
  }

  dynamic "custom_headers_config" {
    for_each = length(each.value.headers) > 0 ? [each.value.headers] : []

    content {
      dynamic "items" {
        for_each = custom_headers_config.value

        content {
          header   = items.key
          value    = items.value
          override = true
        }
      }
    }
  }

  dynamic "remove_headers_config" {
    for_each = length(each.value.remove) > 0 ? [each.value.remove] : []

    content {
      dynamic "items" {
        for_each = remove_headers_config.value

        content {
          header = items.value
        }
      }
    }
  }
}
