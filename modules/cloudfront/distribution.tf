resource "aws_cloudfront_distribution" "this" {
  comment             = var.name
  enabled             = var.delivery.enabled
  aliases             = var.aliases
  http_version        = var.delivery.http_version
  is_ipv6_enabled     = var.delivery.ipv6
  price_class         = var.delivery.price_class
  default_root_object = var.delivery.default_root_object
  wait_for_deployment = var.delivery.wait_for_deployment
  web_acl_id          = var.web_acl_arn
  tags                = var.tags

  dynamic "origin" {
    for_each = var.origins

    content {
      origin_id                = origin.key
      domain_name              = origin.value.domain_name
      origin_path              = origin.value.path
      connection_attempts      = origin.value.connection_attempts
      connection_timeout       = origin.value.connect_timeout_seconds
      origin_access_control_id = origin.value.type == "s3" ? aws_cloudfront_origin_access_control.this[origin.key].id : null

      dynamic "custom_origin_config" {
        for_each = origin.value.type == "custom" ? [origin.value] : []

        content {
          http_port                = custom_origin_config.value.http_port
          https_port               = custom_origin_config.value.https_port
          origin_protocol_policy   = custom_origin_config.value.protocol_policy
          origin_ssl_protocols     = ["TLSv1.2"]
          origin_read_timeout      = custom_origin_config.value.read_timeout_seconds
          origin_keepalive_timeout = custom_origin_config.value.keepalive_seconds
        }
      }

      dynamic "custom_header" {
        for_each = origin.value.headers

        content {
          name  = custom_header.key
          value = custom_header.value
        }
      }

      dynamic "origin_shield" {
        for_each = origin.value.shield_region[*]

        content {
          enabled              = true
          origin_shield_region = origin_shield.value
        }
      }
    }
  }

  dynamic "origin_group" {
    for_each = var.origin_groups

    content {
      origin_id = origin_group.key

      failover_criteria {
        status_codes = origin_group.value.status_codes
      }

      member {
        origin_id = origin_group.value.primary
      }

      member {
        origin_id = origin_group.value.secondary
      }
    }
  }

  default_cache_behavior {
    target_origin_id           = var.default_behavior.origin
    viewer_protocol_policy     = var.default_behavior.viewer_protocol
    allowed_methods            = local.methods[var.default_behavior.methods]
    cached_methods             = ["GET", "HEAD"]
    compress                   = var.default_behavior.compress
    cache_policy_id            = local.cache_policy_ids[var.default_behavior.cache_policy]
    origin_request_policy_id   = var.default_behavior.origin_request_policy == null ? null : local.origin_request_policy_ids[var.default_behavior.origin_request_policy]
    response_headers_policy_id = local.response_headers_policy_ids[var.default_behavior.response_headers_policy]
    trusted_key_groups         = var.default_behavior.key_group_ids

    dynamic "function_association" {
      for_each = var.default_behavior.functions

      content {
        event_type   = function_association.key
        function_arn = aws_cloudfront_function.this[function_association.value].arn
      }
    }

    dynamic "lambda_function_association" {
      for_each = var.default_behavior.lambda_functions

      content {
        event_type   = lambda_function_association.key
        lambda_arn   = lambda_function_association.value.arn
        include_body = lambda_function_association.value.include_body
      }
    }
  }

  dynamic "ordered_cache_behavior" {
    for_each = var.behaviors

    content {
      path_pattern               = ordered_cache_behavior.value.path
      target_origin_id           = ordered_cache_behavior.value.origin
      viewer_protocol_policy     = ordered_cache_behavior.value.viewer_protocol
      allowed_methods            = local.methods[ordered_cache_behavior.value.methods]
      cached_methods             = ["GET", "HEAD"]
      compress                   = ordered_cache_behavior.value.compress
      cache_policy_id            = local.cache_policy_ids[ordered_cache_behavior.value.cache_policy]
      origin_request_policy_id   = ordered_cache_behavior.value.origin_request_policy == null ? null : local.origin_request_policy_ids[ordered_cache_behavior.value.origin_request_policy]
      response_headers_policy_id = local.response_headers_policy_ids[ordered_cache_behavior.value.response_headers_policy]
      trusted_key_groups         = ordered_cache_behavior.value.key_group_ids

      dynamic "function_association" {
        for_each = ordered_cache_behavior.value.functions

        content {
          event_type   = function_association.key
          function_arn = aws_cloudfront_function.this[function_association.value].arn
        }
      }

      dynamic "lambda_function_association" {
        for_each = ordered_cache_behavior.value.lambda_functions

        content {
          event_type   = lambda_function_association.key
          lambda_arn   = lambda_function_association.value.arn
          include_body = lambda_function_association.value.include_body
        }
      }
    }
  }

  dynamic "custom_error_response" {
    for_each = var.error_responses

    content {
      error_code            = custom_error_response.key
      response_code         = custom_error_response.value.status
      response_page_path    = custom_error_response.value.page
      error_caching_min_ttl = custom_error_response.value.ttl_seconds
    }
  }

  restrictions {
    geo_restriction {
      restriction_type = var.geo_restriction.type
      locations        = var.geo_restriction.countries
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = var.certificate == null
    acm_certificate_arn            = one(var.certificate[*].arn)
    minimum_protocol_version       = var.certificate == null ? "TLSv1" : var.certificate.minimum_protocol_version
    ssl_support_method             = var.certificate == null ? null : "sni-only"
  }
}
