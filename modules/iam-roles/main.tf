data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition

  # Written from their parts, so that a policy that names them can be read in the plan.
  role_arn_prefix    = "arn:${local.partition}:iam::${local.account_id}:role${var.path}${var.name}"
  task_role_arn      = "${local.role_arn_prefix}-task"
  execution_role_arn = "${local.role_arn_prefix}-execution"

  # Trust by purpose of the role. A role exists exactly if its trust does.
  trust = merge(
    { for purpose in ["task"] : purpose => local.ecs_tasks_trust if var.task != null },
    { for purpose in ["execution"] : purpose => local.ecs_tasks_trust if var.execution != null },
    { for purpose, role in var.github_roles : purpose => local.github_trust[purpose] },
    { for purpose, role in var.service_roles : purpose => {
      Version = "2012-10-17"
      Statement = [{
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Principal = { Service = sort(tolist(role.services)) }
      }]
    } },
  )

  ecs_tasks_trust = {
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      # Keeps ECS from being talked into using the role on behalf of another account.
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:ecs:${data.aws_region.current.id}:${local.account_id}:*" }
      }
    }]
  }

  statements = merge(
    { for purpose, list in { task = local.task_statements } : purpose => list if var.task != null },
    { for purpose, list in { execution = local.execution_statements } : purpose => list if var.execution != null },
    { for purpose, role in var.github_roles : purpose => concat(local.github_statements[purpose], role.statements) },
    { for purpose, role in var.service_roles : purpose => role.statements },
  )

  policies = {
    for purpose, list in local.statements : purpose => jsonencode({
      Version = "2012-10-17"
      Statement = [
        for statement in list : merge(
          {
            Sid      = statement.sid
            Effect   = "Allow"
            Action   = statement.actions
            Resource = statement.resources
          },
          {
            for key, conditions in { Condition = statement.conditions } : key => {
              for test in distinct(conditions[*].test) : test => {
                for condition in conditions : condition.variable => condition.values if condition.test == test
              }
            } if length(conditions) > 0
          },
        )
      ]
    }) if length(list) > 0
  }

  managed_policies = merge([
    for purpose, arns in merge(
      { task = try(var.task.managed_policy_arns, []) },
      { execution = var.execution == null ? [] : ["arn:${local.partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"] },
      { for purpose, role in var.github_roles : purpose => role.managed_policy_arns },
      { for purpose, role in var.service_roles : purpose => role.managed_policy_arns },
    ) : { for arn in arns : "${purpose} ${arn}" => { purpose = purpose, arn = arn } }
  ]...)
}

resource "aws_iam_role" "this" {
  for_each = local.trust

  name                 = "${var.name}-${each.key}"
  path                 = var.path
  assume_role_policy   = jsonencode(each.value)
  permissions_boundary = var.permissions_boundary
  max_session_duration = try(var.github_roles[each.key].max_session_seconds, 3600)
  tags                 = var.tags

  lifecycle {
    precondition {
      condition     = length("${var.name}-${each.key}") <= 64
      error_message = "The role name ${var.name}-${each.key} is longer than the 64 characters that IAM allows. Shorten name."
    }
  }
}

resource "aws_iam_role_policy" "this" {
  for_each = local.policies

  name   = each.key
  role   = aws_iam_role.this[each.key].name
  policy = each.value
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = local.managed_policies

  role       = aws_iam_role.this[each.value.purpose].name
  policy_arn = each.value.arn
}
