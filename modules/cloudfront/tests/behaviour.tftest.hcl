mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { id = "us-east-1" }
  }
  mock_resource "aws_cloudfront_distribution" {
    defaults = { arn = "arn:aws:cloudfront::123456789012:distribution/E1" }
  }
  mock_resource "aws_cloudfront_function" {
    defaults = { arn = "arn:aws:cloudfront::123456789012:function/f" }
  }
  mock_resource "aws_cloudwatch_log_delivery_destination" {
    defaults = { arn = "arn:aws:logs:us-east-1:123456789012:delivery-destination:d" }
  }
}

variables {
  name             = "storymagic"
  origins          = { alb = { type = "custom", domain_name = "origin.example.com" } }
  default_behavior = { origin = "alb" }
}

run "one_origin_is_served_over_tls_with_security_headers" {
  command = apply

  assert {
    condition     = aws_cloudfront_distribution.this.enabled && aws_cloudfront_distribution.this.is_ipv6_enabled && aws_cloudfront_distribution.this.http_version == "http2and3" && aws_cloudfront_distribution.this.price_class == "PriceClass_100"
    error_message = "The distribution must be on, with IPv6, HTTP/2 and 3, at the cheapest edges."
  }

  assert {
    condition     = one(aws_cloudfront_distribution.this.origin).custom_origin_config[0].origin_protocol_policy == "https-only" && one(aws_cloudfront_distribution.this.origin).custom_origin_config[0].origin_ssl_protocols == toset(["TLSv1.2"])
    error_message = "The origin must be reached by TLS 1.2."
  }

  assert {
    condition     = aws_cloudfront_distribution.this.default_cache_behavior[0].viewer_protocol_policy == "redirect-to-https" && aws_cloudfront_distribution.this.default_cache_behavior[0].allowed_methods == toset(["GET", "HEAD"])
    error_message = "Viewers must be sent to HTTPS and may only read."
  }

  assert {
    condition     = aws_cloudfront_distribution.this.default_cache_behavior[0].cache_policy_id == "658327ea-f89d-4fab-a63d-7e88639e58f6" && aws_cloudfront_distribution.this.default_cache_behavior[0].response_headers_policy_id == "67f7725c-6f97-4210-82d7-5512b31e9d03" && aws_cloudfront_distribution.this.default_cache_behavior[0].origin_request_policy_id == null
    error_message = "AWS's caching and security header policies must apply by default."
  }

  assert {
    condition     = aws_cloudfront_distribution.this.viewer_certificate[0].cloudfront_default_certificate && one(one(aws_cloudfront_distribution.this.restrictions).geo_restriction).restriction_type == "none"
    error_message = "Without aliases CloudFront's own certificate must serve, everywhere."
  }

  assert {
    condition     = length(aws_cloudfront_origin_access_control.this) + length(aws_cloudfront_cache_policy.this) + length(aws_cloudfront_function.this) + length(aws_cloudwatch_log_delivery.this) + length(aws_cloudfront_monitoring_subscription.this) == 0
    error_message = "Nothing else must be made unasked."
  }
}

run "every_switch_reaches_its_resource" {
  command = apply

  variables {
    aliases     = ["app.example.com"]
    certificate = { arn = "arn:aws:acm:us-east-1:123456789012:certificate/c", minimum_protocol_version = "TLSv1.2_2019" }
    delivery    = { http_version = "http2", price_class = "PriceClass_All", default_root_object = "index.html", ipv6 = false, wait_for_deployment = false }
    web_acl_arn = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/w/1"
    origins = {
      alb  = { type = "custom", domain_name = "origin.example.com", path = "/v1", headers = { X-From = "cdn" }, shield_region = "eu-central-1", read_timeout_seconds = 60, protocol_policy = "match-viewer" }
      site = { type = "s3", domain_name = "site.s3.eu-central-1.amazonaws.com" }
    }
    origin_groups    = { either = { primary = "site", secondary = "alb", status_codes = [503] } }
    default_behavior = { origin = "either", methods = "read-options", cache_policy = "pages", response_headers_policy = "strict", functions = { viewer-request = "rewrite" }, key_group_ids = ["K1"] }
    behaviors = [
      { path = "/api/*", origin = "alb", methods = "all", cache_policy = "CachingDisabled", origin_request_policy = "AllViewer", response_headers_policy = "none", viewer_protocol = "https-only", compress = false },
      { path = "/ai/*", origin = "alb", origin_request_policy = "session", lambda_functions = { origin-request = { arn = "arn:aws:lambda:us-east-1:123456789012:function:router:3", include_body = true } } },
    ]
    cache_policies = { pages = { default_ttl_seconds = 3600, headers = ["Accept-Language"], cookies = ["theme"], query_strings = "whitelist", query_string_names = ["page"] } }
    origin_request_policies = {
      session = { headers = "whitelist", header_names = ["Origin"], cookies = "whitelist", cookie_names = ["session"], query_strings = "whitelist", query_string_names = ["page"] }
    }
    response_headers_policies = {
      strict = {
        content_security_policy = "default-src 'self'"
        headers                 = { X-Robots-Tag = "noindex" }
        remove                  = ["Server"]
        cors                    = { origins = ["https://app.example.com"], expose = ["ETag"], credentials = true, headers = ["Authorization"] }
      }
      bare = { hsts_seconds = 0, content_type_options = false, frame_options = "", referrer_policy = "", headers = { X-A = "b" } }
    }
    functions          = { rewrite = { code = "function handler(event) { return event.request; }", publish = false } }
    geo_restriction    = { type = "whitelist", countries = ["DE", "FR"] }
    error_responses    = { "404" = { status = 200, page = "/index.html" }, "503" = { ttl_seconds = 0 } }
    logging            = { destination_arn = "arn:aws:s3:::logs", path = "cdn", fields = ["c-country"] }
    additional_metrics = true
    tags               = { Component = "api" }
  }

  assert {
    condition     = output.id == run.one_origin_is_served_over_tls_with_security_headers.id
    error_message = "The distribution must survive a change of everything but its name."
  }

  assert {
    condition     = aws_cloudfront_distribution.this.viewer_certificate[0].acm_certificate_arn == var.certificate.arn && aws_cloudfront_distribution.this.viewer_certificate[0].minimum_protocol_version == "TLSv1.2_2019" && aws_cloudfront_distribution.this.viewer_certificate[0].ssl_support_method == "sni-only"
    error_message = "The certificate must serve the aliases by SNI."
  }

  assert {
    condition     = aws_cloudfront_distribution.this.http_version == "http2" && !aws_cloudfront_distribution.this.is_ipv6_enabled && aws_cloudfront_distribution.this.default_root_object == "index.html" && !aws_cloudfront_distribution.this.wait_for_deployment && aws_cloudfront_distribution.this.web_acl_id == var.web_acl_arn
    error_message = "Delivery options and web ACL must reach the distribution."
  }

  assert {
    condition = alltrue([for origin in aws_cloudfront_distribution.this.origin : origin.origin_id == "alb"
      ? origin.origin_path == "/v1" && one(origin.custom_header).value == "cdn" && one(origin.origin_shield).origin_shield_region == "eu-central-1" && one(origin.custom_origin_config).origin_read_timeout == 60 && one(origin.custom_origin_config).origin_protocol_policy == "match-viewer"
      : origin.origin_access_control_id == aws_cloudfront_origin_access_control.this["site"].id && length(origin.custom_origin_config) == 0
    ])
    error_message = "A custom origin must have its options, a bucket its access control."
  }

  assert {
    condition     = aws_cloudfront_origin_access_control.this["site"].signing_behavior == "always" && keys(aws_cloudfront_origin_access_control.this) == ["site"]
    error_message = "Every request to the bucket must be signed."
  }

  assert {
    condition     = one(aws_cloudfront_distribution.this.origin_group).member[*].origin_id == tolist(["site", "alb"]) && one(one(aws_cloudfront_distribution.this.origin_group).failover_criteria).status_codes == toset([503])
    error_message = "The group must fall back from the bucket to the server."
  }

  assert {
    condition     = aws_cloudfront_distribution.this.default_cache_behavior[0].target_origin_id == "either" && aws_cloudfront_distribution.this.default_cache_behavior[0].cache_policy_id == output.cache_policy_ids["pages"] && aws_cloudfront_distribution.this.default_cache_behavior[0].response_headers_policy_id == output.response_headers_policy_ids["strict"] && one(aws_cloudfront_distribution.this.default_cache_behavior[0].function_association).function_arn == output.function_arns["rewrite"] && aws_cloudfront_distribution.this.default_cache_behavior[0].trusted_key_groups == tolist(["K1"])
    error_message = "The default behaviour must use what is made here."
  }

  assert {
    condition     = aws_cloudfront_distribution.this.ordered_cache_behavior[0].cache_policy_id == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" && aws_cloudfront_distribution.this.ordered_cache_behavior[0].origin_request_policy_id == "216adef6-5c7f-47e4-b989-5492eafa07d3" && aws_cloudfront_distribution.this.ordered_cache_behavior[0].response_headers_policy_id == null && length(aws_cloudfront_distribution.this.ordered_cache_behavior[0].allowed_methods) == 7
    error_message = "An API must be neither cached nor given headers, see everything and take every method."
  }

  assert {
    condition     = one(aws_cloudfront_distribution.this.ordered_cache_behavior[1].lambda_function_association).include_body && aws_cloudfront_distribution.this.ordered_cache_behavior[*].path_pattern == tolist(["/api/*", "/ai/*"])
    error_message = "Behaviours must keep their order, and a Lambda@Edge function get the body."
  }

  assert {
    condition     = aws_cloudfront_cache_policy.this["pages"].default_ttl == 3600 && aws_cloudfront_cache_policy.this["pages"].min_ttl == 0 && aws_cloudfront_cache_policy.this["pages"].max_ttl == 31536000
    error_message = "The cache policy must keep its seconds."
  }

  assert {
    condition     = one(one(aws_cloudfront_cache_policy.this["pages"].parameters_in_cache_key_and_forwarded_to_origin[0].cookies_config).cookies).items == toset(["theme"]) && one(aws_cloudfront_cache_policy.this["pages"].parameters_in_cache_key_and_forwarded_to_origin[0].query_strings_config).query_string_behavior == "whitelist"
    error_message = "The cache policy must distinguish exactly what was named."
  }

  assert {
    condition     = one(aws_cloudfront_origin_request_policy.this["session"].cookies_config).cookie_behavior == "whitelist" && one(one(aws_cloudfront_origin_request_policy.this["session"].headers_config).headers).items == toset(["Origin"])
    error_message = "The origin must see exactly what was named."
  }

  assert {
    condition     = aws_cloudfront_response_headers_policy.this["strict"].security_headers_config[0].strict_transport_security[0].access_control_max_age_sec == 31536000 && aws_cloudfront_response_headers_policy.this["strict"].security_headers_config[0].frame_options[0].frame_option == "DENY" && aws_cloudfront_response_headers_policy.this["strict"].cors_config[0].access_control_allow_credentials && one(one(aws_cloudfront_response_headers_policy.this["strict"].remove_headers_config).items).header == "Server"
    error_message = "The security headers must be on, and CORS and own headers be added."
  }

  assert {
    condition     = length(aws_cloudfront_response_headers_policy.this["bare"].security_headers_config) == 0 && one(one(aws_cloudfront_response_headers_policy.this["bare"].custom_headers_config).items).value == "b"
    error_message = "Every security header must have its off-switch."
  }

  assert {
    condition     = one(one(aws_cloudfront_distribution.this.restrictions).geo_restriction).locations == toset(["DE", "FR"]) && !aws_cloudfront_function.this["rewrite"].publish
    error_message = "Only the listed countries must be served, and the function stay unpublished."
  }

  assert {
    condition     = toset([for response in aws_cloudfront_distribution.this.custom_error_response : "${response.error_code} ${response.error_caching_min_ttl}"]) == toset(["404 10", "503 0"])
    error_message = "Error responses must be remembered as long as was said."
  }

  assert {
    condition     = aws_cloudwatch_log_delivery_source.this[0].log_type == "ACCESS_LOGS" && aws_cloudwatch_log_delivery_destination.this[0].output_format == "json" && aws_cloudwatch_log_delivery.this[0].s3_delivery_configuration[0].suffix_path == "cdn" && aws_cloudwatch_log_delivery.this[0].record_fields == tolist(["c-country"])
    error_message = "The access logs must go to their destination in JSON."
  }

  assert {
    condition     = aws_cloudfront_monitoring_subscription.this[0].monitoring_subscription[0].realtime_metrics_subscription_config[0].realtime_metrics_subscription_status == "Enabled"
    error_message = "The additional metrics must be on when asked for."
  }
}
