locals {
  # A name and its wildcard share one validation record: ACM hands out the same CNAME for both.
  validated_names = toset([for name in setunion([var.domain_name], var.subject_alternative_names) : trimprefix(name, "*.")])

  # The longest listed suffix of a name wins: the record must go where the most specific zone is authoritative.
  zone_of = length(var.zones) == 0 ? {} : {
    for name in local.validated_names : name => coalesce([
      for start in range(length(split(".", name))) : lookup(var.zones, join(".", slice(split(".", name), start, length(split(".", name)))), null)
    ]...)
  }

  options = { for option in aws_acm_certificate.this.domain_validation_options : trimprefix(option.domain_name, "*.") => option... }
}

resource "aws_acm_certificate" "this" {
  domain_name               = var.domain_name
  subject_alternative_names = setunion([var.domain_name], var.subject_alternative_names)
  validation_method         = "DNS"
  key_algorithm             = var.key_algorithm
  tags                      = var.tags

  options {
    certificate_transparency_logging_preference = var.transparency_logging ? "ENABLED" : "DISABLED"
  }

  lifecycle {
    # A certificate in use cannot be deleted, so its successor has to be there first.
    create_before_destroy = true
  }
}

resource "aws_route53_record" "validation" {
  for_each = local.zone_of

  zone_id         = each.value
  name            = local.options[each.key][0].resource_record_name
  type            = local.options[each.key][0].resource_record_type
  ttl             = 300
  records         = [local.options[each.key][0].resource_record_value]
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "this" {
  count = var.wait_for_validation && length(var.zones) > 0 ? 1 : 0

  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = [for record in aws_route53_record.validation : record.fqdn]

  timeouts {
    create = var.validation_timeout
  }
}
