terraform {
  required_providers {
    slipway = {
      source  = "slipway/slipway"
      version = "~> 0.1"
    }
  }
}

provider "slipway" {
  aws = {
    region = "eu-west-1"

    default_tags = {
      Project = "storymagic"
    }
  }
}
