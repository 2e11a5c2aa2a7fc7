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

module "secrets" {
  source = "../.."

  secrets = {
    "storymagic/openai-api-key" = { description = "Key of the OpenAI API, put in by hand" }
  }
}
