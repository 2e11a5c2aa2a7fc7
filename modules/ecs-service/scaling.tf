locals {
  # Target tracking policies by "colour/metric".
  tracked = merge([
    for colour in keys(var.images) : {
      for metric, target in {
        cpu      = { type = "ECSServiceAverageCPUUtilization", value = var.scaling.cpu_percent, label = null }
        memory   = { type = "ECSServiceAverageMemoryUtilization", value = var.scaling.memory_percent, label = null }
        requests = { type = "ALBRequestCountPerTarget", value = var.scaling.requests_per_target, label = lookup(local.request_labels, colour, null) }
      } : "${colour}/${metric}" => merge(target, { colour = colour }) if target.value > 0
    }
  ]...)

  # Load balancer and target group as Application Auto Scaling names them together.
  request_labels = var.scaling.requests_per_target == 0 ? {} : {
    for colour, group in aws_lb_target_group.this : colour => "${regex("listener/(app/[^/]+/[^/]+)/", var.load_balancer.listener_arn)[0]}/${group.arn_suffix}"
  }
}

resource "aws_appautoscaling_target" "this" {
  for_each = local.names

  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${local.cluster_name}/${aws_ecs_service.this[each.key].name}"
  min_capacity       = contains(var.release.idle, each.key) ? 0 : var.scaling.min
  max_capacity       = contains(var.release.idle, each.key) ? 0 : var.scaling.max
  tags               = var.tags

  lifecycle {
    precondition {
      condition     = !contains(var.release.idle, each.key) || lookup(local.live_weights, try(aws_lb_target_group.this[each.key].arn, ""), 0) == 0
      error_message = "${each.key} is listed in release.idle, but the listener rule still sends it requests. Shift its weight to 0 first, by the release or by hand, then plan again."
    }
  }
}

resource "aws_appautoscaling_policy" "this" {
  for_each = local.tracked

  name               = "${local.names[each.value.colour]}-${element(split("/", each.key), 1)}"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.this[each.value.colour].service_namespace
  scalable_dimension = aws_appautoscaling_target.this[each.value.colour].scalable_dimension
  resource_id        = aws_appautoscaling_target.this[each.value.colour].resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = each.value.value
    scale_in_cooldown  = var.scaling.scale_in_cooldown_seconds
    scale_out_cooldown = var.scaling.scale_out_cooldown_seconds

    predefined_metric_specification {
      predefined_metric_type = each.value.type
      resource_label         = each.value.label
    }
  }
}
