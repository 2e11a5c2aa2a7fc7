data "aws_region" "current" {}

locals {
  methods = {
    read         = ["GET", "HEAD"]
    read-options = ["GET", "HEAD", "OPTIONS"]
    all          = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
  }
}

resource "aws_cloudfront_origin_access_control" "this" {
  for_each = { for name, origin in var.origins : name => origin if origin.type == "s3" }

  name                              = "${var.name}-${each.key}"
  description                       = "Reads ${each.value.domain_name}"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_function" "this" {
  for_each = var.functions

  name                         = "${var.name}-${each.key}"
  comment                      = each.value.comment
  runtime                      = each.value.runtime
  code                         = each.value.code
  publish                      = each.value.publish
  key_value_store_associations = length(each.value.key_value_store_arns) > 0 ? each.value.key_value_store_arns : null
}

resource "aws_cloudfront_monitoring_subscription" "this" {
  count = var.additional_metrics ? 1 : 0

  distribution_id = aws_cloudfront_distribution.this.id

  monitoring_subscription {
    realtime_metrics_subscription_config {
      realtime_metrics_subscription_status = "Enabled"
    }
  }
}

resource "aws_cloudwatch_log_delivery_source" "this" {
  count = var.logging == null ? 0 : 1

  name         = var.name
  log_type     = "ACCESS_LOGS"
  resource_arn = aws_cloudfront_distribution.this.arn
  tags         = var.tags

  lifecycle {
    precondition {
      condition     = data.aws_region.current.id == "us-east-1"
      error_message = "CloudFront delivers logs from us-east-1 only, and this module was called with a provider for ${data.aws_region.current.id}. Call it with a provider for us-east-1."
    }
  }
}

resource "aws_cloudwatch_log_delivery_destination" "this" {
  count = var.logging == null ? 0 : 1

  name          = var.name
  output_format = var.logging.format
  tags          = var.tags

  delivery_destination_configuration {
    destination_resource_arn = var.logging.destination_arn
  }
}

resource "aws_cloudwatch_log_delivery" "this" {
  count = var.logging == null ? 0 : 1

  delivery_source_name     = aws_cloudwatch_log_delivery_source.this[0].name
  delivery_destination_arn = aws_cloudwatch_log_delivery_destination.this[0].arn
  record_fields            = var.logging.fields
  s3_delivery_configuration = var.logging.path == null ? null : [{
    suffix_path                 = var.logging.path
    enable_hive_compatible_path = false
  }]
  tags = var.tags
}
