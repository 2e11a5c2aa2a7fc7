resource "aws_route53_zone" "this" {
  count = var.domain.zone_id == null ? 1 : 0

  name          = var.domain.zone_name
  comment       = "StoryMagic ${local.environment}"
  force_destroy = !var.protect
}

locals {
  zone_id     = var.domain.zone_id == null ? aws_route53_zone.this[0].zone_id : var.domain.zone_id
  origin_name = var.domain.zone_name
}

# SM-008, SM-073, C-032: one certificate per region that needs one.
module "cdn_certificate" {
  source    = "../../modules/acm-certificate"
  providers = { aws = aws.us_east_1 }

  domain_name = var.domain.site_name
  zones       = { (var.domain.zone_name) = local.zone_id }
}

# C-030: for /api/* CloudFront forwards the viewer's Host header, so this certificate covers the public name too.
module "alb_certificate" {
  source = "../../modules/acm-certificate"

  domain_name               = local.origin_name
  subject_alternative_names = [var.domain.site_name]
  zones                     = { (var.domain.zone_name) = local.zone_id }
}

# SM-069..SM-076.
module "cdn" {
  source    = "../../modules/cloudfront"
  providers = { aws = aws.us_east_1 }

  name        = local.name
  aliases     = [var.domain.site_name]
  certificate = { arn = module.cdn_certificate.arn, minimum_protocol_version = "TLSv1.2_2021" }
  delivery    = { http_version = "http2" }
  origins     = { alb = { type = "custom", domain_name = local.origin_name, protocol_policy = "https-only" } }

  behaviors = [
    # SM-070, C-030: never cached, every header forwarded.
    { path = "/api/*", origin = "alb", methods = "all", cache_policy = "CachingDisabled", origin_request_policy = "AllViewer" },
    { path = "/assets/*", origin = "alb", cache_policy = "assets" },
  ]

  # C-031: neither cookies nor Authorization reach the origin here, so no personal page can get into the cache; and
  # no-store is kept, because the minimum is 0.
  default_behavior = { origin = "alb", methods = "read-options", cache_policy = "pages" }

  cache_policies = {
    assets = { default_ttl_seconds = 31536000 }
    pages  = { default_ttl_seconds = 3600 }
  }

  # The 27 members of the European Union.
  geo_restriction = {
    type = "whitelist"
    countries = [
      "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
      "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    ]
  }

  # By way of the policy: CloudFront accepts a destination only once it may write there.
  logging = { destination_arn = "arn:aws:s3:::${aws_s3_bucket_policy.logs.bucket}", path = "cdn" }
}

resource "aws_route53_record" "site" {
  for_each = toset(["A", "AAAA"])

  zone_id = local.zone_id
  name    = var.domain.site_name
  type    = each.value

  alias {
    name                   = module.cdn.domain_name
    zone_id                = module.cdn.hosted_zone_id
    evaluate_target_health = false
  }
}

resource "aws_route53_record" "origin" {
  zone_id = local.zone_id
  name    = local.origin_name
  type    = "A"

  alias {
    name                   = module.alb.dns_name
    zone_id                = module.alb.zone_id
    evaluate_target_health = true
  }
}
