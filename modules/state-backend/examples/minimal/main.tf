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

module "state" {
  source = "../.."

  bucket_name = "terraform-states-${data.aws_caller_identity.current.account_id}"
}
