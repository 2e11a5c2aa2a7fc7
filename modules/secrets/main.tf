resource "aws_secretsmanager_secret" "this" {
  for_each = var.secrets

  name                    = each.key
  description             = each.value.description
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = var.recovery_window_days
  tags                    = merge(var.tags, each.value.tags)

  dynamic "replica" {
    for_each = var.replicas

    content {
      region     = replica.key
      kms_key_id = replica.value
    }
  }
}

resource "aws_secretsmanager_secret_version" "this" {
  for_each = { for name, secret in var.secrets : name => secret if secret.value_version != null }

  secret_id                = aws_secretsmanager_secret.this[each.key].id
  secret_string_wo         = lookup(var.values, each.key, null)
  secret_string_wo_version = each.value.value_version

  lifecycle {
    precondition {
      condition     = contains(keys(var.values), each.key)
      error_message = "The secret ${each.key} has a value_version, but values holds nothing under its name."
    }
  }
}

resource "aws_secretsmanager_secret_rotation" "this" {
  for_each = { for name, secret in var.secrets : name => secret.rotation if secret.rotation != null }

  secret_id           = aws_secretsmanager_secret.this[each.key].id
  rotation_lambda_arn = each.value.function == null ? each.value.function_arn : local.rotation_function_arns[each.value.function]
  rotate_immediately  = each.value.rotate_immediately

  rotation_rules {
    automatically_after_days = each.value.after_days
    schedule_expression      = each.value.schedule
    duration                 = each.value.duration
  }

  # The first rotation starts from the value that is there.
  depends_on = [aws_secretsmanager_secret_version.this]
}
