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

module "monitoring" {
  source = "../.."

  name   = "storymagic"
  topics = { alerts = { emails = ["ops@example.com"] } }

  alarms = {
    high-cpu = {
      description        = "The service has used more than 80 % of its CPU for five minutes"
      metric             = { namespace = "AWS/ECS", name = "CPUUtilization", dimensions = { ClusterName = "storymagic", ServiceName = "api" } }
      threshold          = 80
      evaluation_periods = 5
      notify             = ["alerts"]
    }
  }
}
