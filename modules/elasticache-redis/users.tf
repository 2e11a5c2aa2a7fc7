resource "aws_elasticache_user" "this" {
  for_each = var.authentication.iam_users

  # With IAM sign-in, id and name have to be the same, and an id is taken once per account and region.
  user_id       = "${var.name}-${each.key}"
  user_name     = "${var.name}-${each.key}"
  engine        = var.engine
  access_string = each.value.access
  tags          = var.tags

  authentication_mode {
    type = "iam"
  }
}

# Redis lets in whoever names no user as "default": this one may do nothing. Valkey asks for none.
resource "aws_elasticache_user" "default" {
  count = length(var.authentication.iam_users) > 0 && var.engine == "redis" ? 1 : 0

  user_id       = "${var.name}-default"
  user_name     = "default"
  engine        = var.engine
  access_string = "off -@all"
  tags          = var.tags

  authentication_mode {
    type = "no-password-required"
  }
}

resource "aws_elasticache_user_group" "this" {
  count = length(var.authentication.iam_users) > 0 ? 1 : 0

  user_group_id = var.name
  engine        = var.engine
  user_ids      = concat(aws_elasticache_user.default[*].user_id, values(aws_elasticache_user.this)[*].user_id)
  tags          = var.tags
}
