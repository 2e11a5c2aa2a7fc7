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

module "budget" {
  source = "../.."

  budgets  = { storymagic = { amount = 400 } }
  channels = { team = { emails = ["ops@example.com"] } }
}
