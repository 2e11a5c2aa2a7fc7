mock_provider "aws" {}

variables {
  name               = "storymagic-alb"
  subnet_ids         = ["subnet-1", "subnet-2"]
  security_group_ids = ["sg-1"]
  https              = { certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1" }
}

run "values_that_aws_would_refuse_are_refused_at_plan" {
  command = plan

  variables {
    name                   = "internal-api"
    subnet_ids             = ["subnet-1"]
    security_group_ids     = []
    ip_address_type        = "ipv6"
    http                   = "open"
    idle_timeout_seconds   = 0
    desync_mitigation_mode = "off"
    default_response       = { status_code = 301 }
    response_headers       = { frame_options = "ALLOW" }
    logs                   = { bucket = "logs", prefix = "/alb/" }
  }

  expect_failures = [var.name, var.subnet_ids, var.security_group_ids, var.ip_address_type, var.http, var.idle_timeout_seconds, var.desync_mitigation_mode, var.default_response, var.response_headers, var.logs]
}

run "outdated_tls_is_refused" {
  command = plan

  variables {
    https            = { certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1", ssl_policy = "ELBSecurityPolicy-2016-08" }
    default_response = { content_type = "image/png" }
    response_headers = { content_type_options = "sniff" }
    internal         = true
    ip_address_type  = "dualstack-without-public-ipv4"
  }

  expect_failures = [var.https, var.default_response, var.response_headers, var.ip_address_type]
}

run "plain_http_has_to_be_asked_for" {
  command = plan

  variables {
    https = null
  }

  expect_failures = [var.http]
}

run "plain_http_beside_https_is_refused" {
  command = plan

  variables {
    http = "serve"
  }

  expect_failures = [var.http]
}
