data "aws_region" "current" {}

locals {
  containers = {
    for colour, image in var.images : colour => concat(
      [{
        name                   = var.name
        image                  = image
        essential              = true
        cpu                    = var.container.cpu
        memory                 = var.container.memory
        command                = var.container.command
        entryPoint             = var.container.entry_point
        user                   = var.container.user
        readonlyRootFilesystem = var.container.readonly_root_filesystem
        stopTimeout            = var.container.stop_timeout_seconds
        environment            = [for name, value in var.container.environment : { name = name, value = value }]
        secrets                = [for name, source in var.container.secrets : { name = name, valueFrom = source }]
        portMappings           = [for port in [var.container.port] : { containerPort = port, hostPort = port, protocol = "tcp" } if port != null]
        mountPoints            = [for path, volume in local.volumes : { containerPath = path, sourceVolume = volume, readOnly = false }]
        linuxParameters        = { initProcessEnabled = var.container.init_process }
        logConfiguration       = local.log_configuration
        healthCheck = var.container.health_check == null ? null : {
          command     = var.container.health_check.command
          interval    = var.container.health_check.interval_seconds
          timeout     = var.container.health_check.timeout_seconds
          retries     = var.container.health_check.retries
          startPeriod = var.container.health_check.start_period_seconds
        }
      }],
      [for name, sidecar in var.sidecars : {
        name                   = name
        image                  = sidecar.image
        essential              = sidecar.essential
        cpu                    = sidecar.cpu
        memory                 = sidecar.memory
        command                = sidecar.command
        user                   = sidecar.user
        readonlyRootFilesystem = sidecar.readonly_root_filesystem
        environment            = [for name, value in sidecar.environment : { name = name, value = value }]
        secrets                = [for name, source in sidecar.secrets : { name = name, valueFrom = source }]
        portMappings           = [for mapping in sidecar.ports : { containerPort = mapping.port, hostPort = mapping.port, protocol = mapping.protocol }]
        logConfiguration       = local.log_configuration
      }],
    )
  }

  volumes = var.container.readonly_root_filesystem ? {
    for path in var.container.writable_paths : path => "writable${replace(path, "/[^A-Za-z0-9]/", "-")}"
  } : {}

  # Lines are dropped rather than held back when the log service is slow: a full buffer would stop the application.
  log_configuration = {
    logDriver = "awslogs"
    options = {
      awslogs-group         = aws_cloudwatch_log_group.this.name
      awslogs-region        = data.aws_region.current.id
      awslogs-stream-prefix = "ecs"
      mode                  = "non-blocking"
      max-buffer-size       = "25m"
    }
  }
}

resource "aws_ecs_task_definition" "this" {
  for_each = local.names

  family                   = each.value
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = tostring(var.size.cpu)
  memory                   = tostring(var.size.memory)
  execution_role_arn       = var.execution_role_arn
  task_role_arn            = var.task_role_arn
  skip_destroy             = var.deployment.keep_task_definitions
  tags                     = var.tags

  # What is null is left out: ECS tells an absent field from an empty one.
  container_definitions = jsonencode([
    for container in local.containers[each.key] : { for field, value in container : field => value if value != null }
  ])

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.architecture
  }

  dynamic "ephemeral_storage" {
    for_each = var.size.ephemeral_storage_gib == null ? [] : [var.size.ephemeral_storage_gib]

    content {
      size_in_gib = ephemeral_storage.value
    }
  }

  dynamic "volume" {
    for_each = local.volumes

    content {
      name = volume.value
    }
  }

  lifecycle {
    # The service moves to the new revision before the old one goes.
    create_before_destroy = true
  }
}

resource "aws_cloudwatch_log_group" "this" {
  name              = coalesce(var.logs.group_name, "/ecs/${var.name}")
  retention_in_days = var.logs.retention_days
  kms_key_id        = var.logs.kms_key_arn
  tags              = var.tags
}
