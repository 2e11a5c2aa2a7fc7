mock_provider "aws" {
  mock_resource "aws_acm_certificate" {
    defaults = {
      domain_validation_options = [
        { domain_name = "example.com", resource_record_name = "_a.example.com.", resource_record_type = "CNAME", resource_record_value = "_x.acm-validations.aws." },
        { domain_name = "*.example.com", resource_record_name = "_a.example.com.", resource_record_type = "CNAME", resource_record_value = "_x.acm-validations.aws." },
        { domain_name = "app.example.org", resource_record_name = "_b.app.example.org.", resource_record_type = "CNAME", resource_record_value = "_y.acm-validations.aws." },
      ]
    }
  }
}

run "a_name_alone_gets_a_certificate_and_no_records" {
  command = plan

  variables {
    domain_name = "app.example.com"
  }

  assert {
    condition     = aws_acm_certificate.this.domain_name == "app.example.com" && aws_acm_certificate.this.validation_method == "DNS"
    error_message = "The certificate must be asked for by name and validated by DNS."
  }

  assert {
    condition     = aws_acm_certificate.this.key_algorithm == "RSA_2048"
    error_message = "The default key must be RSA 2048."
  }

  assert {
    condition     = aws_acm_certificate.this.options[0].certificate_transparency_logging_preference == "ENABLED"
    error_message = "Transparency logging must be on by default."
  }

  assert {
    condition     = length(aws_route53_record.validation) == 0 && length(aws_acm_certificate_validation.this) == 0
    error_message = "Without zones the module must neither write records nor wait."
  }
}

run "each_name_is_proven_once_in_its_own_zone" {
  variables {
    domain_name               = "example.com"
    subject_alternative_names = ["*.example.com", "app.example.org"]
    zones                     = { "com" = "ZCOM", "example.com" = "ZEXAMPLE", "example.org" = "ZORG" }
    transparency_logging      = false
    key_algorithm             = "EC_prime256v1"
  }

  assert {
    condition     = toset(keys(aws_route53_record.validation)) == toset(["example.com", "app.example.org"])
    error_message = "A name and its wildcard must share one record."
  }

  assert {
    condition     = aws_route53_record.validation["example.com"].zone_id == "ZEXAMPLE" && aws_route53_record.validation["app.example.org"].zone_id == "ZORG"
    error_message = "A record must go into the most specific zone that holds the name."
  }

  assert {
    condition     = aws_route53_record.validation["app.example.org"].records == toset(["_y.acm-validations.aws."])
    error_message = "A record must hold the value that ACM asks for under that name."
  }

  assert {
    condition     = length(aws_acm_certificate_validation.this) == 1 && aws_acm_certificate_validation.this[0].timeouts.create == "75m"
    error_message = "With zones the apply must wait for the certificate."
  }

  assert {
    condition     = aws_acm_certificate.this.options[0].certificate_transparency_logging_preference == "DISABLED" && aws_acm_certificate.this.key_algorithm == "EC_prime256v1"
    error_message = "The switches must reach the certificate."
  }
}

run "a_change_of_tags_keeps_the_certificate" {
  variables {
    domain_name               = "example.com"
    subject_alternative_names = ["*.example.com", "app.example.org"]
    zones                     = { "com" = "ZCOM", "example.com" = "ZEXAMPLE", "example.org" = "ZORG" }
    tags                      = { Component = "cdn" }
    validation_timeout        = "10m"
    transparency_logging      = false
    key_algorithm             = "EC_prime256v1"
  }

  assert {
    condition     = output.arn == run.each_name_is_proven_once_in_its_own_zone.arn
    error_message = "A change of tags or of the time-out must not replace the certificate."
  }
}
