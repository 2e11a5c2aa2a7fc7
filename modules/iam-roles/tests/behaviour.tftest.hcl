mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { id = "eu-central-1" }
  }
}

run "nothing_is_made_unasked" {
  command = plan

  variables {
    name = "api"
  }

  assert {
    condition     = length(aws_iam_role.this) == 0 && length(aws_iam_openid_connect_provider.github) == 0
    error_message = "Without task, execution, github_roles and service_roles there must be no role."
  }
}

run "a_bare_task_role_trusts_ecs_of_this_account_and_may_do_nothing" {
  command = plan

  variables {
    name = "api"
    task = {}
  }

  assert {
    condition     = aws_iam_role.this["task"].name == "api-task" && keys(aws_iam_role.this) == ["task"]
    error_message = "Only the task role must be made, named after its purpose."
  }

  assert {
    condition     = jsondecode(aws_iam_role.this["task"].assume_role_policy).Statement[0].Principal.Service == "ecs-tasks.amazonaws.com"
    error_message = "ECS tasks must be able to take the role."
  }

  assert {
    condition     = jsondecode(aws_iam_role.this["task"].assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "123456789012"
    error_message = "Only tasks of this account may take the role."
  }

  assert {
    condition     = length(aws_iam_role_policy.this) == 0 && length(aws_iam_role_policy_attachment.this) == 0
    error_message = "A role without grants must have no policy."
  }
}

run "every_grant_is_scoped_to_what_was_named" {
  variables {
    name                 = "api"
    path                 = "/storymagic/"
    permissions_boundary = "arn:aws:iam::123456789012:policy/boundary"
    task = {
      secret_arns         = ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:storymagic/*"]
      kms_key_arns        = ["arn:aws:kms:eu-central-1:123456789012:key/k"]
      kms_aliases         = ["alias/storymagic"]
      log_group_arns      = ["arn:aws:logs:eu-central-1:123456789012:log-group:/ecs/api"]
      bucket_read_arns    = ["arn:aws:s3:::assets", "arn:aws:s3:::shared"]
      bucket_write_arns   = ["arn:aws:s3:::assets"]
      metric_namespaces   = ["StoryMagic"]
      xray                = true
      execute_command     = true
      elasticache_connect = ["arn:aws:elasticache:eu-central-1:123456789012:user:app"]
      managed_policy_arns = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
      statements = [{
        sid        = "Translate"
        actions    = ["translate:TranslateText"]
        resources  = ["*"]
        conditions = [{ test = "StringEquals", variable = "aws:RequestedRegion", values = ["eu-central-1"] }]
      }]
    }
    execution = {
      secret_arns    = ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:storymagic/*"]
      kms_key_arns   = ["arn:aws:kms:eu-central-1:123456789012:key/k"]
      kms_aliases    = ["alias/storymagic"]
      log_group_arns = ["arn:aws:logs:eu-central-1:123456789012:log-group:/ecs/api:*"]
    }
    service_roles = {
      edge = { services = ["lambda.amazonaws.com", "edgelambda.amazonaws.com"] }
    }
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.this["task"].policy).Statement : statement.Sid => statement.Resource } == {
      ReadSecrets    = ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:storymagic/*"]
      Decrypt        = ["arn:aws:kms:eu-central-1:123456789012:key/k"]
      DecryptByAlias = ["arn:aws:kms:eu-central-1:123456789012:key/*"]
      WriteLogs      = ["arn:aws:logs:eu-central-1:123456789012:log-group:/ecs/api:*"]
      ListBuckets    = ["arn:aws:s3:::assets", "arn:aws:s3:::shared"]
      ReadObjects    = ["arn:aws:s3:::assets/*", "arn:aws:s3:::shared/*"]
      WriteObjects   = ["arn:aws:s3:::assets/*"]
      ConnectToCache = ["arn:aws:elasticache:eu-central-1:123456789012:user:app"]
      PutMetrics     = ["*"]
      Trace          = ["*"]
      ExecuteCommand = ["*"]
      Translate      = ["*"]
    }
    error_message = "Each grant of the task role must hold exactly the ARNs that its list names."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_iam_role_policy.this["task"].policy).Statement : statement.Condition if statement.Sid == "PutMetrics"]) == { StringEquals = { "cloudwatch:namespace" = ["StoryMagic"] } }
    error_message = "Metrics must be bound to their namespace."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_iam_role_policy.this["task"].policy).Statement : statement.Condition if statement.Sid == "DecryptByAlias"]) == { "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = ["alias/storymagic"] } }
    error_message = "Keys given by alias must be bound to the alias."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.this["execution"].policy).Statement[3].Condition == { "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = ["alias/storymagic"] }, StringLike = { "kms:ViaService" = ["secretsmanager.*.amazonaws.com"] } }
    error_message = "ECS may decrypt by alias for Secrets Manager only."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_iam_role_policy.this["task"].policy).Statement : statement.Condition if statement.Sid == "Translate"]) == { StringEquals = { "aws:RequestedRegion" = ["eu-central-1"] } }
    error_message = "The conditions of own statements must be kept."
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.this["execution"].policy).Statement : statement.Action] == [["logs:CreateLogGroup"], ["secretsmanager:GetSecretValue"], ["kms:Decrypt"], ["kms:Decrypt"]]
    error_message = "The execution role must create log groups, read secrets and decrypt them."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.this["execution"].policy).Statement[0].Resource == ["arn:aws:logs:eu-central-1:123456789012:log-group:/ecs/api:*"]
    error_message = "A log group ARN must end in :* once, whether or not it was given so."
  }

  assert {
    condition     = toset([for attachment in aws_iam_role_policy_attachment.this : attachment.policy_arn]) == toset(["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"])
    error_message = "The execution role must have AWS's own policy, the task role what was asked for."
  }

  assert {
    condition     = alltrue([for role in aws_iam_role.this : role.path == "/storymagic/" && role.permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"])
    error_message = "Path and boundary must apply to every role."
  }

  assert {
    condition     = jsondecode(aws_iam_role.this["edge"].assume_role_policy).Statement[0].Principal.Service == ["edgelambda.amazonaws.com", "lambda.amazonaws.com"]
    error_message = "A service role must trust the named services."
  }
}

run "a_change_of_tags_and_grants_keeps_the_roles" {
  variables {
    name                 = "api"
    path                 = "/storymagic/"
    permissions_boundary = "arn:aws:iam::123456789012:policy/boundary"
    task                 = { xray = true }
    execution            = {}
    service_roles        = { edge = { services = ["lambda.amazonaws.com"] } }
    tags                 = { Component = "api" }
  }

  assert {
    condition     = output.role_arns == run.every_grant_is_scoped_to_what_was_named.role_arns
    error_message = "Roles must survive a change of tags and of grants."
  }
}

run "a_github_role_can_release_to_ecs_and_nothing_else" {
  command = plan

  variables {
    name      = "api"
    task      = {}
    execution = {}
    github    = { repository = "storymagic/api" }
    github_roles = {
      deploy = {
        subjects = ["environment:production", "ref:refs/heads/main"]
        ecs = {
          repository_arns = ["arn:aws:ecr:eu-central-1:123456789012:repository/api"]
          service_arns    = ["arn:aws:ecs:eu-central-1:123456789012:service/production/api"]
        }
      }
    }
  }

  assert {
    condition     = aws_iam_openid_connect_provider.github[0].url == "https://token.actions.githubusercontent.com"
    error_message = "Without a given provider the module must make GitHub's."
  }

  assert {
    condition = jsondecode(aws_iam_role.this["deploy"].assume_role_policy).Statement[0].Condition == {
      StringEquals = { "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com" }
      StringLike   = { "token.actions.githubusercontent.com:sub" = ["repo:storymagic/api:environment:production", "repo:storymagic/api:ref:refs/heads/main"] }
    }
    error_message = "Only the named runs of the named repository may take the role."
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.this["deploy"].policy).Statement : statement.Sid => statement.Resource } == {
      LogInToRegistry         = ["*"]
      PushImages              = ["arn:aws:ecr:eu-central-1:123456789012:repository/api"]
      UpdateServices          = ["arn:aws:ecs:eu-central-1:123456789012:service/production/api"]
      RegisterTaskDefinitions = ["*"]
      PassTaskRoles           = ["arn:aws:iam::123456789012:role/api-task", "arn:aws:iam::123456789012:role/api-execution"]
    }
    error_message = "The deploy role must push, update, register and pass, each on what was named."
  }
}

run "a_given_github_provider_is_used" {
  command = plan

  variables {
    name         = "api"
    github       = { repository = "storymagic/api", provider_arn = "arn:aws:iam::210987654321:oidc-provider/token.actions.githubusercontent.com" }
    github_roles = { plan = { subjects = ["pull_request"], managed_policy_arns = ["arn:aws:iam::aws:policy/ReadOnlyAccess"], max_session_seconds = 7200 } }
  }

  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0 && jsondecode(aws_iam_role.this["plan"].assume_role_policy).Statement[0].Principal.Federated == var.github.provider_arn
    error_message = "A given provider must be trusted, and none made beside it."
  }

  assert {
    condition     = aws_iam_role.this["plan"].max_session_duration == 7200 && length(aws_iam_role_policy.this) == 0
    error_message = "The session length must reach the role, and no grant be added."
  }
}
