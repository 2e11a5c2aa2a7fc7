locals {
  # The ids of AWS's own policies are the same in every account.
  managed_cache_policies = {
    CachingDisabled                           = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    CachingOptimized                          = "658327ea-f89d-4fab-a63d-7e88639e58f6"
    CachingOptimizedForUncompressedObjects    = "b2884449-e4de-46a7-ac36-70bc7f1ddd6d"
    UseOriginCacheControlHeaders              = "83da9c7e-98b4-4e11-a168-04f0df8e2c65"
    UseOriginCacheControlHeaders-QueryStrings = "4cc15a8a-d715-48a4-82b8-cc0b614638fe"
  }

  managed_origin_request_policies = {
    AllViewer                 = "216adef6-5c7f-47e4-b989-5492eafa07d3"
    AllViewerExceptHostHeader = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    CORS-CustomOrigin         = "59781a5b-3903-41f3-afcb-af62929ccde1"
    CORS-S3Origin             = "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf"
    UserAgentRefererHeaders   = "acba4595-bd28-49b8-b9fe-13317c0390fa"
  }

  managed_response_headers_policies = {
    CORS-and-SecurityHeadersPolicy                = "e61eb60c-9c35-4d20-a928-2b84e02af89c"
    CORS-With-Preflight                           = "5cc3b908-e619-4b99-88e5-2cf7f45965bd"
    CORS-with-preflight-and-SecurityHeadersPolicy = "eaab4381-ed33-4a86-88ca-d9558dc6cd63"
    SecurityHeadersPolicy                         = "67f7725c-6f97-4210-82d7-5512b31e9d03"
    SimpleCORS                                    = "60669652-455b-4ae9-85a4-c4c02393f86c"
  }

  cache_policy_ids            = merge(local.managed_cache_policies, { for name, policy in aws_cloudfront_cache_policy.this : name => policy.id })
  origin_request_policy_ids   = merge(local.managed_origin_request_policies, { for name, policy in aws_cloudfront_origin_request_policy.this : name => policy.id })
  response_headers_policy_ids = merge({ none = null }, local.managed_response_headers_policies, { for name, policy in aws_cloudfront_response_headers_policy.this : name => policy.id })
}

resource "aws_cloudfront_cache_policy" "this" {
  for_each = var.cache_policies

  name        = "${var.name}-${each.key}"
  default_ttl = each.value.default_ttl_seconds
  min_ttl     = each.value.min_ttl_seconds
  max_ttl     = each.value.max_ttl_seconds

  parameters_in_cache_key_and_forwarded_to_origin {
    # CloudFront refuses compressed variants in a policy that keeps nothing.
    enable_accept_encoding_brotli = each.value.max_ttl_seconds > 0
    enable_accept_encoding_gzip   = each.value.max_ttl_seconds > 0

    headers_config {
      header_behavior = length(each.value.headers) > 0 ? "whitelist" : "none"

      dynamic "headers" {
        for_each = length(each.value.headers) > 0 ? [each.value.headers] : []

        content {
          items = headers.value
        }
      }
    }

    cookies_config {
      cookie_behavior = length(each.value.cookies) > 0 ? "whitelist" : "none"

      dynamic "cookies" {
        for_each = length(each.value.cookies) > 0 ? [each.value.cookies] : []

        content {
          items = cookies.value
        }
      }
    }

    query_strings_config {
      query_string_behavior = each.value.query_strings

      dynamic "query_strings" {
        for_each = length(each.value.query_string_names) > 0 ? [each.value.query_string_names] : []

        content {
          items = query_strings.value
        }
      }
    }
  }
}

resource "aws_cloudfront_origin_request_policy" "this" {
  for_each = var.origin_request_policies

  name = "${var.name}-${each.key}"

  headers_config {
    header_behavior = each.value.headers

    dynamic "headers" {
      for_each = length(each.value.header_names) > 0 ? [each.value.header_names] : []

      content {
        items = headers.value
      }
    }
  }

  cookies_config {
    cookie_behavior = each.value.cookies

    dynamic "cookies" {
      for_each = length(each.value.cookie_names) > 0 ? [each.value.cookie_names] : []

      content {
        items = cookies.value
      }
    }
  }

  query_strings_config {
    query_string_behavior = each.value.query_strings

    dynamic "query_strings" {
      for_each = length(each.value.query_string_names) > 0 ? [each.value.query_string_names] : []

      content {
        items = query_strings.value
      }
    }
  }
}
