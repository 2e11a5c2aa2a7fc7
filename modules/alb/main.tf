resource "aws_lb" "this" {
  name                       = var.name
  load_balancer_type         = "application"
  internal                   = var.internal
  ip_address_type            = var.ip_address_type
  subnets                    = var.subnet_ids
  security_groups            = var.security_group_ids
  idle_timeout               = var.idle_timeout_seconds
  drop_invalid_header_fields = var.drop_invalid_header_fields
  desync_mitigation_mode     = var.desync_mitigation_mode
  enable_deletion_protection = var.deletion_protection
  tags                       = var.tags

  dynamic "access_logs" {
    for_each = var.logs == null ? [] : var.logs.access ? [var.logs] : []

    content {
      enabled = true
      bucket  = access_logs.value.bucket
      prefix  = access_logs.value.prefix
    }
  }

  dynamic "connection_logs" {
    for_each = var.logs == null ? [] : var.logs.connection ? [var.logs] : []

    content {
      enabled = true
      bucket  = connection_logs.value.bucket
      prefix  = connection_logs.value.prefix
    }
  }
}

resource "aws_lb_listener" "redirect" {
  count = var.http == "redirect" ? 1 : 0

  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"
  tags              = var.tags

  default_action {
    type = "redirect"

    redirect {
      protocol    = "HTTPS"
      port        = "443"
      status_code = "HTTP_301"
    }
  }

  # A load balancer that turns from plain HTTP to HTTPS has to leave port 80 first.
  depends_on = [aws_lb_listener.this]
}

# The listener that the services hang their rules on.
resource "aws_lb_listener" "this" {
  load_balancer_arn = aws_lb.this.arn
  port              = var.https == null ? 80 : 443
  protocol          = var.https == null ? "HTTP" : "HTTPS"
  certificate_arn   = var.https == null ? null : var.https.certificate_arn
  ssl_policy        = var.https == null ? null : var.https.ssl_policy
  tags              = var.tags

  # Over plain HTTP, browsers ignore Strict-Transport-Security and AWS takes it for a mistake.
  routing_http_response_strict_transport_security_header_value = var.https == null ? null : var.response_headers.strict_transport_security
  routing_http_response_x_content_type_options_header_value    = var.response_headers.content_type_options
  routing_http_response_x_frame_options_header_value           = var.response_headers.frame_options
  routing_http_response_server_enabled                         = var.response_headers.server

  default_action {
    type = "fixed-response"

    fixed_response {
      status_code  = tostring(var.default_response.status_code)
      content_type = var.default_response.content_type
      message_body = var.default_response.body
    }
  }
}

resource "aws_lb_listener_certificate" "this" {
  for_each = var.https == null ? {} : var.https.additional_certificate_arns

  listener_arn    = aws_lb_listener.this.arn
  certificate_arn = each.value
}

resource "aws_wafv2_web_acl_association" "this" {
  count = var.web_acl == null ? 0 : 1

  resource_arn = aws_lb.this.arn
  web_acl_arn  = var.web_acl.arn
}
