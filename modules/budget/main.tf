locals {
  # Dimension of a cost filter by the name it has here. AWS writes a tag as user:KEY$VALUE.
  filters = {
    for name, budget in var.budgets : name => {
      for dimension, values in {
        Service       = budget.only.services
        LinkedAccount = budget.only.accounts
        Region        = budget.only.regions
        TagKeyValue   = flatten([for key, values in budget.only.tags : [for value in values : format("user:%s$%s", key, value)]])
      } : dimension => sort(values) if length(values) > 0
    }
  }
}

resource "aws_budgets_budget" "this" {
  for_each = var.budgets

  name         = each.key
  budget_type  = "COST"
  limit_amount = tostring(each.value.amount)
  limit_unit   = each.value.currency
  time_unit    = each.value.period
  tags         = var.tags

  cost_types {
    include_credit = each.value.include_credits
    include_refund = each.value.include_refunds
  }

  dynamic "cost_filter" {
    for_each = local.filters[each.key]

    content {
      name   = cost_filter.key
      values = cost_filter.value
    }
  }

  dynamic "notification" {
    for_each = each.value.thresholds

    content {
      comparison_operator = "GREATER_THAN"
      threshold           = notification.value.percent
      threshold_type      = "PERCENTAGE"
      notification_type   = upper(notification.value.basis)

      subscriber_email_addresses = flatten([
        for name, channel in var.channels : tolist(channel.emails) if length(notification.value.notify) == 0 || contains(notification.value.notify, name)
      ])
      subscriber_sns_topic_arns = compact([
        for name, channel in var.channels : channel.sns_topic_arn if length(notification.value.notify) == 0 || contains(notification.value.notify, name)
      ])
    }
  }

  lifecycle {
    precondition {
      condition = alltrue([
        for threshold in each.value.thresholds : length(distinct(compact([
          for name, channel in var.channels : channel.sns_topic_arn if length(threshold.notify) == 0 || contains(threshold.notify, name)
        ]))) <= 1
      ])
      error_message = "A threshold of budget ${each.key} would go to more than one topic. AWS takes one: name the channels in notify."
    }
  }
}

resource "aws_budgets_budget_action" "this" {
  for_each = var.actions

  budget_name        = aws_budgets_budget.this[each.value.budget].name
  action_type        = each.value.attach_policy == null ? "RUN_SSM_DOCUMENTS" : "APPLY_IAM_POLICY"
  approval_model     = each.value.approval
  notification_type  = upper(each.value.basis)
  execution_role_arn = each.value.execution_role_arn
  tags               = var.tags

  action_threshold {
    action_threshold_type  = "PERCENTAGE"
    action_threshold_value = each.value.percent
  }

  definition {
    dynamic "iam_action_definition" {
      for_each = each.value.attach_policy[*]

      content {
        policy_arn = iam_action_definition.value.policy_arn
        roles      = iam_action_definition.value.roles
        users      = iam_action_definition.value.users
        groups     = iam_action_definition.value.groups
      }
    }

    dynamic "ssm_action_definition" {
      for_each = each.value.stop_instances[*]

      content {
        action_sub_type = "STOP_${ssm_action_definition.value.service}_INSTANCES"
        region          = ssm_action_definition.value.region
        instance_ids    = ssm_action_definition.value.instance_ids
      }
    }
  }

  dynamic "subscriber" {
    for_each = flatten([
      for name, channel in var.channels : concat(
        [for email in channel.emails : { kind = "EMAIL", address = email }],
        [for arn in channel.sns_topic_arn[*] : { kind = "SNS", address = arn }],
      ) if length(each.value.notify) == 0 || contains(each.value.notify, name)
    ])

    content {
      subscription_type = subscriber.value.kind
      address           = subscriber.value.address
    }
  }
}
