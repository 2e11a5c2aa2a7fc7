terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.95, < 7"
    }
  }
}

provider "aws" {
  region = var.region
}

data "aws_caller_identity" "current" {}

# CloudFront's certificates and log deliveries live in us-east-1.
provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"
}

resource "aws_route53_zone" "this" {
  name = "example.com"
}

module "certificate" {
  source    = "../../../acm-certificate"
  providers = { aws = aws.us_east_1 }

  domain_name = "app.example.com"
  zones       = { "example.com" = aws_route53_zone.this.zone_id }
}

resource "aws_s3_bucket" "site" {
  bucket = "cloudfront-example-site-${data.aws_caller_identity.current.account_id}"
}

resource "aws_s3_bucket" "logs" {
  bucket = "cloudfront-example-logs-${data.aws_caller_identity.current.account_id}"
}

module "cdn" {
  source    = "../.."
  providers = { aws = aws.us_east_1 }

  name        = "cloudfront-example"
  aliases     = ["app.example.com"]
  certificate = { arn = module.certificate.arn }
  delivery    = { default_root_object = "index.html" }

  origins = {
    site = { type = "s3", domain_name = aws_s3_bucket.site.bucket_regional_domain_name }
    api  = { type = "custom", domain_name = "origin.example.com", shield_region = "eu-central-1" }
  }

  default_behavior = {
    origin                  = "site"
    methods                 = "read-options"
    cache_policy            = "pages"
    response_headers_policy = "strict"
    functions               = { viewer-request = "index-of-folders" }
  }

  behaviors = [
    # Uncached, and the origin sees the request as the viewer sent it.
    { path = "/api/*", origin = "api", methods = "all", cache_policy = "CachingDisabled", origin_request_policy = "AllViewer" },
    { path = "/assets/*", origin = "site", cache_policy = "assets" },
  ]

  cache_policies = {
    pages  = { default_ttl_seconds = 3600 }
    assets = { default_ttl_seconds = 31536000, query_strings = "none" }
  }

  response_headers_policies = {
    strict = { content_security_policy = "default-src 'self'" }
  }

  functions = {
    index-of-folders = {
      comment = "Serves index.html of a folder"
      code    = <<-JS
        function handler(event) {
          var request = event.request;
          if (request.uri.endsWith('/')) request.uri += 'index.html';
          return request;
        }
      JS
    }
  }

  geo_restriction    = { type = "whitelist", countries = ["AT", "CH", "DE"] }
  error_responses    = { "404" = { status = 200, page = "/index.html" } }
  logging            = { destination_arn = aws_s3_bucket.logs.arn, path = "cdn" }
  additional_metrics = true
  tags               = { Component = "api" }
}

# Lets the distribution, and only this one, read the bucket.
resource "aws_s3_bucket_policy" "site" {
  bucket = aws_s3_bucket.site.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "cloudfront.amazonaws.com" }
      Action    = "s3:GetObject"
      Resource  = "${aws_s3_bucket.site.arn}/*"
      Condition = { StringEquals = { "aws:SourceArn" = module.cdn.arn } }
    }]
  })
}

resource "aws_route53_record" "app" {
  for_each = toset(["A", "AAAA"])

  zone_id = aws_route53_zone.this.zone_id
  name    = "app.example.com"
  type    = each.value

  alias {
    name                   = module.cdn.domain_name
    zone_id                = module.cdn.hosted_zone_id
    evaluate_target_health = false
  }
}
