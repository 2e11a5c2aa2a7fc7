mock_provider "aws" {
  mock_resource "aws_lb" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/storymagic-alb/50dc6c495c0c9188" }
  }
  mock_resource "aws_lb_listener" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/storymagic-alb/50dc6c495c0c9188/0467ef3c8400ae65" }
  }
}

variables {
  name               = "storymagic-alb"
  subnet_ids         = ["subnet-1", "subnet-2"]
  security_group_ids = ["sg-1"]
  https              = { certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1" }
}

run "the_defaults_face_the_internet_over_https_alone" {
  assert {
    condition     = aws_lb.this.name == "storymagic-alb" && aws_lb.this.load_balancer_type == "application" && !aws_lb.this.internal && aws_lb.this.ip_address_type == "ipv4"
    error_message = "It must be an application load balancer that faces the internet over IPv4 (SM-058, SM-059, SM-060)."
  }

  assert {
    condition     = aws_lb.this.subnets == toset(["subnet-1", "subnet-2"]) && aws_lb.this.security_groups == toset(["sg-1"])
    error_message = "It must stand in the subnets and groups given (SM-006)."
  }

  assert {
    condition     = aws_lb.this.enable_deletion_protection && aws_lb.this.drop_invalid_header_fields && aws_lb.this.desync_mitigation_mode == "defensive" && aws_lb.this.idle_timeout == 60
    error_message = "It must be protected from deletion and from malformed requests by default."
  }

  assert {
    condition     = aws_lb_listener.redirect[0].port == 80 && aws_lb_listener.redirect[0].protocol == "HTTP" && aws_lb_listener.redirect[0].default_action[0].redirect[0].status_code == "HTTP_301" && aws_lb_listener.redirect[0].default_action[0].redirect[0].port == "443" && aws_lb_listener.redirect[0].default_action[0].redirect[0].protocol == "HTTPS"
    error_message = "Port 80 must redirect to HTTPS (SM-061)."
  }

  assert {
    condition     = aws_lb_listener.this.port == 443 && aws_lb_listener.this.protocol == "HTTPS" && aws_lb_listener.this.certificate_arn == "arn:aws:acm:eu-central-1:123456789012:certificate/1" && aws_lb_listener.this.ssl_policy == "ELBSecurityPolicy-TLS13-1-2-2021-06"
    error_message = "Port 443 must present the certificate and refuse anything below TLS 1.2 (SM-062)."
  }

  assert {
    condition     = aws_lb_listener.this.default_action[0].type == "fixed-response" && aws_lb_listener.this.default_action[0].fixed_response[0].status_code == "404"
    error_message = "A request that no rule takes must reach no service."
  }

  assert {
    condition     = aws_lb_listener.this.routing_http_response_strict_transport_security_header_value == "max-age=31536000; includeSubDomains" && aws_lb_listener.this.routing_http_response_x_content_type_options_header_value == "nosniff" && aws_lb_listener.this.routing_http_response_server_enabled == false
    error_message = "The listener must add the protective headers and hide its name by default."
  }

  assert {
    condition     = length(aws_lb.this.access_logs) == 0 && length(aws_lb.this.connection_logs) == 0 && length(aws_wafv2_web_acl_association.this) == 0 && length(aws_lb_listener_certificate.this) == 0
    error_message = "Logs, web ACL and further certificates must be made only on request."
  }
}

run "every_switch_reaches_its_resource_and_replaces_nothing" {
  variables {
    http                       = "closed"
    ip_address_type            = "dualstack"
    idle_timeout_seconds       = 120
    drop_invalid_header_fields = false
    desync_mitigation_mode     = "strictest"
    deletion_protection        = false
    default_response           = { status_code = 403, content_type = "application/json", body = "{}" }
    response_headers           = { strict_transport_security = "", frame_options = "DENY", server = true }
    logs                       = { bucket = "logs", prefix = "alb", connection = true }
    web_acl                    = { arn = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/a/1" }
    tags                       = { Component = "api" }
    https = {
      certificate_arn             = "arn:aws:acm:eu-central-1:123456789012:certificate/2"
      additional_certificate_arns = { org = "arn:aws:acm:eu-central-1:123456789012:certificate/3" }
      ssl_policy                  = "ELBSecurityPolicy-TLS13-1-3-2021-06"
    }
  }

  assert {
    condition     = output.arn == run.the_defaults_face_the_internet_over_https_alone.arn && output.dns_name == run.the_defaults_face_the_internet_over_https_alone.dns_name
    error_message = "No switch may replace the load balancer."
  }

  assert {
    condition     = length(aws_lb_listener.redirect) == 0
    error_message = "Port 80 must be closed on request."
  }

  assert {
    condition     = aws_lb.this.ip_address_type == "dualstack" && aws_lb.this.idle_timeout == 120 && !aws_lb.this.drop_invalid_header_fields && aws_lb.this.desync_mitigation_mode == "strictest" && !aws_lb.this.enable_deletion_protection && aws_lb.this.tags == tomap({ Component = "api" })
    error_message = "The switches must reach the load balancer."
  }

  assert {
    condition     = aws_lb.this.access_logs[0].bucket == "logs" && aws_lb.this.access_logs[0].prefix == "alb" && aws_lb.this.access_logs[0].enabled && aws_lb.this.connection_logs[0].enabled
    error_message = "Both logs must go to the bucket."
  }

  assert {
    condition     = aws_lb_listener.this.ssl_policy == "ELBSecurityPolicy-TLS13-1-3-2021-06" && aws_lb_listener_certificate.this["org"].certificate_arn == "arn:aws:acm:eu-central-1:123456789012:certificate/3"
    error_message = "The listener must take the further certificates and the TLS policy."
  }

  assert {
    condition     = aws_lb_listener.this.default_action[0].fixed_response[0].status_code == "403" && aws_lb_listener.this.default_action[0].fixed_response[0].content_type == "application/json" && aws_lb_listener.this.default_action[0].fixed_response[0].message_body == "{}"
    error_message = "The answer for unknown hosts must be the one given."
  }

  assert {
    condition     = aws_lb_listener.this.routing_http_response_x_frame_options_header_value == "DENY" && aws_lb_listener.this.routing_http_response_server_enabled
    error_message = "The response headers must be the ones given."
  }

  assert {
    condition     = aws_wafv2_web_acl_association.this[0].web_acl_arn == "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/a/1" && aws_wafv2_web_acl_association.this[0].resource_arn == aws_lb.this.arn
    error_message = "The web ACL must be attached to the load balancer."
  }
}

run "plain_http_within_the_vpc" {
  command = plan

  variables {
    internal = true
    http     = "serve"
    https    = null
    logs     = { bucket = "logs", access = false, connection = true }
  }

  assert {
    condition     = aws_lb_listener.this.port == 80 && aws_lb_listener.this.protocol == "HTTP" && length(aws_lb_listener.redirect) == 0
    error_message = "Plain HTTP must be the only listener."
  }

  assert {
    condition     = aws_lb.this.internal && length(aws_lb.this.access_logs) == 0 && length(aws_lb.this.connection_logs) == 1
    error_message = "The load balancer must be internal and write connection logs alone."
  }
}
