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

resource "aws_sns_topic" "oncall" {
  name = "oncall"
}

# Lets AWS Budgets and the anomaly detection publish.
resource "aws_sns_topic_policy" "oncall" {
  arn = aws_sns_topic.oncall.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = ["budgets.amazonaws.com", "costalerts.amazonaws.com"] }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.oncall.arn
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}

resource "aws_iam_role" "application" {
  name = "budget-example-application"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_policy" "no_models" {
  name = "budget-example-no-models"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Deny", Action = "bedrock:InvokeModel*", Resource = "*" }]
  })
}

module "roles" {
  source = "../../../iam-roles"

  name = "budget-example"
  service_roles = {
    action = {
      services            = ["budgets.amazonaws.com"]
      managed_policy_arns = ["arn:aws:iam::aws:policy/AWSBudgetsActions_RolePolicyForResourceAdministrationWithSSM"]
    }
  }
}

module "budget" {
  source = "../.."

  channels = {
    team   = { emails = ["ops@example.com"] }
    oncall = { sns_topic_arn = aws_sns_topic.oncall.arn }
  }

  budgets = {
    storymagic = { amount = 400, only = { tags = { Project = ["storymagic"] } } }
    storymagic-production = {
      amount = 300
      thresholds = [
        { percent = 80, notify = ["team"] },
        { percent = 100, basis = "forecasted", notify = ["team"] },
        { percent = 100, notify = ["team", "oncall"] },
      ]
      only = { tags = { Environment = ["production"], Project = ["storymagic"] } }
    }
  }

  actions = {
    no-models = {
      budget             = "storymagic-production"
      percent            = 110
      approval           = "AUTOMATIC"
      execution_role_arn = module.roles.role_arns["action"]
      attach_policy      = { policy_arn = aws_iam_policy.no_models.arn, roles = [aws_iam_role.application.name] }
    }
  }

  anomalies            = { name = "storymagic", minimum_impact = 20, channel = "team" }
  cost_allocation_tags = ["Environment", "Component", "Project"]
}
