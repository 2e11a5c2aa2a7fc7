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

# CloudFront takes certificates from this region only.
provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"
}

resource "aws_route53_zone" "this" {
  name = "example.com"
}

module "cdn_certificate" {
  source    = "../.."
  providers = { aws = aws.us_east_1 }

  domain_name               = "example.com"
  subject_alternative_names = ["*.example.com"]
  zones                     = { "example.com" = aws_route53_zone.this.zone_id }
  key_algorithm             = "EC_prime256v1"
  tags                      = { Component = "cdn" }
}

module "load_balancer_certificate" {
  source = "../.."

  domain_name        = "origin.example.com"
  zones              = { "example.com" = aws_route53_zone.this.zone_id }
  validation_timeout = "30m"
}
