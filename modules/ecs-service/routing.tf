locals {
  target_group_names = var.load_balancer == null ? {} : {
    for colour in keys(var.images) : colour => join("-", compact([coalesce(var.load_balancer.target_group_name, "${var.name}-tg"), colour == "blue" ? "" : colour]))
  }

  # The split as it is now, by ARN of the target group: after its creation the rule is the release's, and what a plan
  # sees here is what the release has set.
  live_weights = var.load_balancer == null ? {} : {
    for target in try(aws_lb_listener_rule.this[0].action[0].forward[0].target_group, [{ arn = aws_lb_listener_rule.this[0].action[0].target_group_arn, weight = 1 }]) : target.arn => target.weight
  }
}

resource "aws_lb_target_group" "this" {
  for_each = local.target_group_names

  name                          = each.value
  vpc_id                        = var.network.vpc_id
  target_type                   = "ip"
  protocol                      = "HTTP"
  port                          = var.container.port
  load_balancing_algorithm_type = var.load_balancer.algorithm
  deregistration_delay          = var.load_balancer.deregistration_seconds
  slow_start                    = var.load_balancer.slow_start_seconds
  tags                          = var.tags

  health_check {
    protocol            = "HTTP"
    path                = var.load_balancer.health_check.path
    matcher             = var.load_balancer.health_check.matcher
    interval            = var.load_balancer.health_check.interval_seconds
    timeout             = var.load_balancer.health_check.timeout_seconds
    healthy_threshold   = var.load_balancer.health_check.healthy_threshold
    unhealthy_threshold = var.load_balancer.health_check.unhealthy_threshold
  }
}

resource "aws_lb_listener_rule" "this" {
  count = var.load_balancer == null ? 0 : 1

  listener_arn = var.load_balancer.listener_arn
  priority     = var.load_balancer.priority
  tags         = var.tags

  action {
    type = "forward"

    forward {
      dynamic "target_group" {
        for_each = local.target_group_names

        content {
          arn    = aws_lb_target_group.this[target_group.key].arn
          weight = length(var.images) == 1 ? 100 : lookup(var.release.weights, target_group.key, 0)
        }
      }

      stickiness {
        enabled  = var.release.stickiness_seconds > 0
        duration = max(var.release.stickiness_seconds, 1)
      }
    }
  }

  condition {
    path_pattern {
      values = var.load_balancer.paths
    }
  }

  dynamic "condition" {
    for_each = length(var.load_balancer.hosts) == 0 ? [] : [var.load_balancer.hosts]

    content {
      host_header {
        values = condition.value
      }
    }
  }

  lifecycle {
    # The weights belong to the release. A new target group takes a new rule, though: this one would keep the old.
    ignore_changes       = [action]
    replace_triggered_by = [aws_lb_target_group.this["blue"].arn]
  }
}
