locals {
  # What each colour is called: blue has the plain name, so that a service without a second colour can get one later
  # without being renamed, which would replace it.
  names = { for colour in keys(var.images) : colour => colour == "blue" ? var.name : "${var.name}-${colour}" }

  cluster_name = element(split("/", var.cluster_arn), 1)
}

resource "aws_ecs_service" "this" {
  for_each = local.names

  name                               = each.value
  cluster                            = var.cluster_arn
  task_definition                    = aws_ecs_task_definition.this[each.key].arn
  desired_count                      = contains(var.release.idle, each.key) ? 0 : coalesce(var.scaling.initial, var.scaling.min)
  launch_type                        = length(var.capacity_providers) == 0 ? "FARGATE" : null
  platform_version                   = var.platform_version
  deployment_minimum_healthy_percent = var.deployment.minimum_healthy_percent
  deployment_maximum_percent         = var.deployment.maximum_percent
  availability_zone_rebalancing      = var.deployment.zone_rebalancing ? "ENABLED" : "DISABLED"
  health_check_grace_period_seconds  = var.load_balancer == null ? null : var.load_balancer.health_check_grace_seconds
  enable_execute_command             = var.execute_command
  wait_for_steady_state              = var.deployment.wait
  enable_ecs_managed_tags            = true
  propagate_tags                     = "SERVICE"
  tags                               = var.tags

  network_configuration {
    subnets          = var.network.subnet_ids
    security_groups  = var.network.security_group_ids
    assign_public_ip = var.network.public_ip
  }

  deployment_circuit_breaker {
    enable   = true
    rollback = var.deployment.rollback
  }

  dynamic "alarms" {
    for_each = length(var.deployment.alarm_names) == 0 ? [] : [var.deployment.alarm_names]

    content {
      enable      = true
      rollback    = var.deployment.rollback
      alarm_names = alarms.value
    }
  }

  dynamic "capacity_provider_strategy" {
    for_each = var.capacity_providers

    content {
      capacity_provider = capacity_provider_strategy.key
      weight            = capacity_provider_strategy.value.weight
      base              = capacity_provider_strategy.value.base
    }
  }

  dynamic "load_balancer" {
    for_each = var.load_balancer == null ? [] : [aws_lb_target_group.this[each.key].arn]

    content {
      target_group_arn = load_balancer.value
      container_name   = var.name
      container_port   = var.container.port
    }
  }

  lifecycle {
    # The count belongs to the scaling.
    ignore_changes = [desired_count]
  }

  # ECS refuses a target group that no listener refers to.
  depends_on = [aws_lb_listener_rule.this]
}
