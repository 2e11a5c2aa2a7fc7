locals {
  github_host = "token.actions.githubusercontent.com"

  github_provider_arn = try(coalesce(var.github.provider_arn, "arn:${local.partition}:iam::${local.account_id}:oidc-provider/${local.github_host}"), null)

  github_trust = {
    for purpose, role in var.github_roles : purpose => {
      Version = "2012-10-17"
      Statement = [{
        Effect    = "Allow"
        Action    = "sts:AssumeRoleWithWebIdentity"
        Principal = { Federated = local.github_provider_arn }
        Condition = {
          StringEquals = { "${local.github_host}:aud" = "sts.amazonaws.com" }
          StringLike   = { "${local.github_host}:sub" = [for subject in sort(tolist(role.subjects)) : "repo:${var.github.repository}:${subject}"] }
        }
      }]
    }
  }

  github_statements = {
    for purpose, role in var.github_roles : purpose => role.ecs == null ? [] : [
      {
        sid        = "LogInToRegistry"
        actions    = ["ecr:GetAuthorizationToken"]
        resources  = ["*"]
        conditions = []
      },
      {
        sid = "PushImages"
        actions = [
          "ecr:BatchCheckLayerAvailability",
          "ecr:BatchGetImage",
          "ecr:CompleteLayerUpload",
          "ecr:DescribeImages",
          "ecr:GetDownloadUrlForLayer",
          "ecr:InitiateLayerUpload",
          "ecr:PutImage",
          "ecr:UploadLayerPart",
        ]
        resources  = role.ecs.repository_arns
        conditions = []
      },
      {
        sid        = "UpdateServices"
        actions    = ["ecs:DescribeServices", "ecs:UpdateService"]
        resources  = role.ecs.service_arns
        conditions = []
      },
      {
        # ECS checks these two against every resource.
        sid        = "RegisterTaskDefinitions"
        actions    = ["ecs:DescribeTaskDefinition", "ecs:RegisterTaskDefinition"]
        resources  = ["*"]
        conditions = []
      },
      {
        sid        = "PassTaskRoles"
        actions    = ["iam:PassRole"]
        resources  = [local.task_role_arn, local.execution_role_arn]
        conditions = [{ test = "StringEquals", variable = "iam:PassedToService", values = ["ecs-tasks.amazonaws.com"] }]
      },
    ]
  }
}

resource "aws_iam_openid_connect_provider" "github" {
  count = var.github != null && try(var.github.provider_arn, null) == null ? 1 : 0

  url            = "https://${local.github_host}"
  client_id_list = ["sts.amazonaws.com"]
  tags           = var.tags
}
