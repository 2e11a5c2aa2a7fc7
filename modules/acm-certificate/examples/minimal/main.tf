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

# The records for the proof of control are in the output: the zone is not in Route 53.
module "certificate" {
  source = "../.."

  domain_name = "app.example.com"
}
