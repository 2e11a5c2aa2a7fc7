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

# Made anew in every run and kept nowhere; only a raised value_version sends one to Secrets Manager.
ephemeral "aws_secretsmanager_random_password" "database" {
  password_length     = 32
  exclude_punctuation = true
}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "private" {
  vpc_id     = aws_vpc.this.id
  cidr_block = "10.0.2.0/24"
}

resource "aws_security_group" "rotation" {
  name        = "secret-rotation"
  description = "Rotation functions"
  vpc_id      = aws_vpc.this.id
}

resource "aws_kms_key" "this" {
  description         = "Secrets of StoryMagic"
  enable_key_rotation = true
}

module "secrets" {
  source = "../.."

  kms_key_arn = aws_kms_key.this.arn
  replicas    = { "eu-west-1" = null }

  secrets = {
    "storymagic/openai-api-key" = { description = "Key of the OpenAI API, put in by hand" }
    "storymagic/database-credentials" = {
      description   = "User of the database"
      value_version = 1
      rotation      = { function = "rotate-storymagic-database", after_days = 30 }
    }
  }

  values = {
    "storymagic/database-credentials" = jsonencode({
      engine   = "postgres"
      host     = "storymagic-db.example.eu-central-1.rds.amazonaws.com"
      port     = 5432
      dbname   = "storymagic"
      username = "storymagic"
      password = ephemeral.aws_secretsmanager_random_password.database.random_password
    })
  }

  rotation_functions = {
    rotate-storymagic-database = {
      application        = "SecretsManagerRDSPostgreSQLRotationSingleUser"
      subnet_ids         = [aws_subnet.private.id]
      security_group_ids = [aws_security_group.rotation.id]
    }
  }

  tags = { Component = "database" }
}
