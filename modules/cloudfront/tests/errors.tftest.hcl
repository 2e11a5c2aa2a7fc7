mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { id = "eu-central-1" }
  }
}

variables {
  name             = "storymagic"
  origins          = { alb = { type = "custom", domain_name = "origin.example.com" } }
  default_behavior = { origin = "alb" }
}

run "the_first_rule_of_each_input_is_kept" {
  command = plan

  variables {
    name                      = "story magic"
    certificate               = { arn = "arn:aws:acm:eu-central-1:123456789012:certificate/c" }
    delivery                  = { http_version = "http4" }
    web_acl_arn               = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/w/1"
    cache_policies            = { pages = { default_ttl_seconds = 60, max_ttl_seconds = 30 } }
    origin_request_policies   = { all = { headers = "all" } }
    response_headers_policies = { strict = { frame_options = "ALLOW" } }
    functions                 = { rewrite = { code = "x", runtime = "nodejs20.x" } }
    geo_restriction           = { type = "allow" }
    error_responses           = { "418" = {} }
    logging                   = { destination_arn = "arn:aws:s3:::logs", format = "csv" }
  }

  expect_failures = [var.name, var.certificate, var.delivery, var.web_acl_arn, var.cache_policies, var.origin_request_policies, var.response_headers_policies, var.functions, var.geo_restriction, var.error_responses, var.logging]
}

run "the_second_rule_of_each_input_is_kept" {
  command = plan

  variables {
    certificate               = { arn = "arn:aws:acm:us-east-1:123456789012:certificate/c", minimum_protocol_version = "TLSv1" }
    delivery                  = { price_class = "PriceClass_300" }
    cache_policies            = { pages = { default_ttl_seconds = 60, query_strings = "some" } }
    response_headers_policies = { strict = { referrer_policy = "never" } }
    functions                 = { rewrite = { code = format("%-10241s", "x") } }
    geo_restriction           = { type = "whitelist" }
    error_responses           = { "404" = { status = 200 } }
    logging                   = { destination_arn = "logs" }
  }

  expect_failures = [var.certificate, var.delivery, var.cache_policies, var.response_headers_policies, var.functions, var.geo_restriction, var.error_responses, var.logging]
}

run "the_third_rule_of_each_input_is_kept" {
  command = plan

  variables {
    delivery                  = { default_root_object = "/index.html" }
    cache_policies            = { pages = { default_ttl_seconds = 60, query_strings = "whitelist" } }
    response_headers_policies = { strict = { cors = { origins = ["*"], credentials = true } } }
    geo_restriction           = { type = "blacklist", countries = ["Germany"] }
  }

  expect_failures = [var.delivery, var.cache_policies, var.response_headers_policies, var.geo_restriction]
}

run "a_distribution_without_an_origin_is_refused" {
  command = plan

  variables {
    origins = {}
  }

  expect_failures = [var.origins]
}

run "an_origin_of_an_unknown_type_is_refused" {
  command = plan

  variables {
    origins = { alb = { type = "alb", domain_name = "origin.example.com" } }
  }

  expect_failures = [var.origins]
}

run "an_origin_given_as_url_is_refused" {
  command = plan

  variables {
    origins = { alb = { type = "custom", domain_name = "https://origin.example.com" } }
  }

  expect_failures = [var.origins]
}

run "a_website_endpoint_as_bucket_is_refused" {
  command = plan

  variables {
    origins = { alb = { type = "s3", domain_name = "site.s3-website.eu-central-1.amazonaws.com" } }
  }

  expect_failures = [var.origins]
}

run "an_origin_path_without_a_slash_is_refused" {
  command = plan

  variables {
    origins = { alb = { type = "custom", domain_name = "origin.example.com", path = "v1" } }
  }

  expect_failures = [var.origins]
}

run "an_unknown_origin_protocol_is_refused" {
  command = plan

  variables {
    origins = { alb = { type = "custom", domain_name = "origin.example.com", protocol_policy = "https" } }
  }

  expect_failures = [var.origins]
}

run "an_origin_that_may_think_for_ever_is_refused" {
  command = plan

  variables {
    origins = { alb = { type = "custom", domain_name = "origin.example.com", read_timeout_seconds = 600 } }
  }

  expect_failures = [var.origins]
}

run "aliases_without_a_certificate_are_refused" {
  command = plan

  variables {
    aliases = ["app.example.com"]
  }

  expect_failures = [var.aliases]
}

run "a_group_of_unknown_origins_is_refused" {
  command = plan

  variables {
    origin_groups = { either = { primary = "alb", secondary = "site" } }
  }

  expect_failures = [var.origin_groups]
}

run "a_default_behaviour_for_an_unknown_origin_is_refused" {
  command = plan

  variables {
    default_behavior = { origin = "site" }
  }

  expect_failures = [var.default_behavior]
}

run "a_behaviour_for_an_unknown_origin_is_refused" {
  command = plan

  variables {
    behaviors = [{ path = "/api/*", origin = "site" }]
  }

  expect_failures = [var.behaviors]
}

run "the_same_path_twice_is_refused" {
  command = plan

  variables {
    behaviors = [{ path = "/api/*", origin = "alb" }, { path = "/api/*", origin = "alb" }]
  }

  expect_failures = [var.behaviors]
}

run "unknown_methods_are_refused" {
  command = plan

  variables {
    behaviors = [{ path = "/api/*", origin = "alb", methods = "write" }]
  }

  expect_failures = [var.behaviors]
}

run "an_unknown_viewer_protocol_is_refused" {
  command = plan

  variables {
    behaviors = [{ path = "/api/*", origin = "alb", viewer_protocol = "http" }]
  }

  expect_failures = [var.behaviors]
}

run "an_unknown_event_is_refused" {
  command = plan

  variables {
    behaviors = [{ path = "/api/*", origin = "alb", functions = { origin-request = "rewrite" } }]
    functions = { rewrite = { code = "x" } }
  }

  expect_failures = [var.behaviors]
}

run "functions_and_lambda_at_viewer_events_are_refused" {
  command = plan

  variables {
    behaviors = [{ path = "/api/*", origin = "alb", functions = { viewer-request = "rewrite" }, lambda_functions = { viewer-response = { arn = "arn:aws:lambda:us-east-1:123456789012:function:edge:1" } } }]
    functions = { rewrite = { code = "x" } }
  }

  expect_failures = [var.behaviors]
}

run "an_unknown_function_is_refused" {
  command = plan

  variables {
    behaviors = [{ path = "/api/*", origin = "alb", functions = { viewer-request = "rewrite" } }]
  }

  expect_failures = [var.behaviors]
}

run "a_lambda_without_a_version_is_refused" {
  command = plan

  variables {
    behaviors = [{ path = "/api/*", origin = "alb", lambda_functions = { viewer-request = { arn = "arn:aws:lambda:us-east-1:123456789012:function:edge" } } }]
  }

  expect_failures = [var.behaviors]
}

run "an_unknown_cache_policy_is_refused" {
  command = plan

  variables {
    behaviors = [{ path = "/api/*", origin = "alb", cache_policy = "Cached" }]
  }

  expect_failures = [var.behaviors]
}

run "an_unknown_origin_request_policy_is_refused" {
  command = plan

  variables {
    behaviors = [{ path = "/api/*", origin = "alb", origin_request_policy = "AllViewers" }]
  }

  expect_failures = [var.behaviors]
}

run "an_unknown_response_headers_policy_is_refused" {
  command = plan

  variables {
    behaviors = [{ path = "/api/*", origin = "alb", response_headers_policy = "Secure" }]
  }

  expect_failures = [var.behaviors]
}

run "logs_from_another_region_than_us_east_1_are_refused" {
  command = plan

  variables {
    logging = { destination_arn = "arn:aws:s3:::logs" }
  }

  expect_failures = [aws_cloudwatch_log_delivery_source.this]
}
