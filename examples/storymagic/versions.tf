terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.95, < 7"
    }
  }

  # SM-157, SM-159, SM-160: one state per workspace in the bucket that bootstrap/ makes; bucket, region and key come from
  # backend.s3.tfbackend. C-098: the lock is a file in the bucket, not the DynamoDB table of SM-158.
  backend "s3" {
    key          = "storymagic/terraform.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}
