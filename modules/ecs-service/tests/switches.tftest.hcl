mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { id = "eu-central-1" }
  }
  mock_resource "aws_ecs_task_definition" {
    defaults = { arn = "arn:aws:ecs:eu-central-1:123456789012:task-definition/storymagic-api:1" }
  }
  mock_resource "aws_lb_listener_rule" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/alb/1/2/3" }
  }
  override_resource {
    target = aws_lb_target_group.this["blue"]
    values = { arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/blue/1", arn_suffix = "targetgroup/blue/1" }
  }
  override_resource {
    target = aws_lb_target_group.this["green"]
    values = { arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/green/2", arn_suffix = "targetgroup/green/2" }
  }
}

variables {
  name               = "storymagic-api"
  cluster_arn        = "arn:aws:ecs:eu-central-1:123456789012:cluster/storymagic-production"
  images             = { blue = "registry.example.com/storymagic-api:4f2a9c1" }
  size               = { cpu = 1024, memory = 2048 }
  execution_role_arn = "arn:aws:iam::123456789012:role/storymagic-api-execution"
  container          = { port = 3000 }
  network            = { vpc_id = "vpc-1", subnet_ids = ["subnet-1", "subnet-2"], security_group_ids = ["sg-1"] }
  load_balancer = {
    listener_arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/alb/1/2"
    priority     = 100
  }
}

run "every_switch_reaches_its_resource" {
  command = plan

  variables {
    name             = "worker"
    images           = { blue = "registry.example.com/w@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" }
    size             = { cpu = 512, memory = 1024, ephemeral_storage_gib = 50 }
    architecture     = "ARM64"
    platform_version = "1.4.0"
    execute_command  = true
    task_role_arn    = "arn:aws:iam::123456789012:role/worker"
    load_balancer    = null
    logs             = { group_name = "/workers/one", retention_days = 7, kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/1" }
    network          = { vpc_id = "vpc-1", subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"], public_ip = true }
    scaling          = { min = 1, max = 1 }

    container = {
      command                  = ["run"]
      entry_point              = ["/bin/app"]
      environment              = { NODE_ENV = "production" }
      secrets                  = { OPENAI_API_KEY = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:storymagic/openai-api-key" }
      user                     = "1000"
      readonly_root_filesystem = false
      stop_timeout_seconds     = 60
      cpu                      = 256
      memory                   = 512
      health_check             = { command = ["CMD-SHELL", "curl -f http://localhost/health"], retries = 5 }
    }

    sidecars = {
      xray = {
        image                    = "public.ecr.aws/xray/aws-xray-daemon:3.3.14"
        ports                    = [{ port = 2000, protocol = "udp" }]
        readonly_root_filesystem = false
      }
    }

    deployment = {
      minimum_healthy_percent = 50
      maximum_percent         = 150
      rollback                = false
      alarm_names             = ["errors"]
      wait                    = true
      keep_task_definitions   = false
      zone_rebalancing        = false
    }

    capacity_providers = { FARGATE = { weight = 1, base = 1 }, FARGATE_SPOT = { weight = 3 } }
  }

  assert {
    condition     = length(aws_lb_target_group.this) == 0 && length(aws_lb_listener_rule.this) == 0 && length(aws_ecs_service.this["blue"].load_balancer) == 0 && aws_ecs_service.this["blue"].health_check_grace_period_seconds == null
    error_message = "A worker must have neither target group nor rule."
  }

  assert {
    condition     = { for provider in aws_ecs_service.this["blue"].capacity_provider_strategy : provider.capacity_provider => "${provider.weight} ${provider.base}" } == { FARGATE = "1 1", FARGATE_SPOT = "3 0" }
    error_message = "A mix of capacity providers takes the place of the launch type (SC-195)."
  }

  assert {
    condition     = aws_ecs_service.this["blue"].deployment_minimum_healthy_percent == 50 && aws_ecs_service.this["blue"].deployment_maximum_percent == 150 && !aws_ecs_service.this["blue"].deployment_circuit_breaker[0].rollback && aws_ecs_service.this["blue"].alarms[0].alarm_names == toset(["errors"]) && aws_ecs_service.this["blue"].wait_for_steady_state && aws_ecs_service.this["blue"].availability_zone_rebalancing == "DISABLED" && !aws_ecs_task_definition.this["blue"].skip_destroy
    error_message = "The switches of the deployment must reach the service (SM-016, SM-017)."
  }

  assert {
    condition     = aws_ecs_service.this["blue"].platform_version == "1.4.0" && aws_ecs_service.this["blue"].enable_execute_command && aws_ecs_service.this["blue"].network_configuration[0].assign_public_ip
    error_message = "Platform version, shell and public address must reach the service (SM-012)."
  }

  assert {
    condition     = aws_ecs_task_definition.this["blue"].runtime_platform[0].cpu_architecture == "ARM64" && aws_ecs_task_definition.this["blue"].ephemeral_storage[0].size_in_gib == 50 && aws_ecs_task_definition.this["blue"].task_role_arn == "arn:aws:iam::123456789012:role/worker" && length(aws_ecs_task_definition.this["blue"].volume) == 0
    error_message = "Processor, disk and role must reach the task definition; a writable root needs no volumes."
  }

  assert {
    condition = { for field, value in jsondecode(aws_ecs_task_definition.this["blue"].container_definitions)[0] : field => value if contains(["command", "entryPoint", "environment", "secrets", "user", "readonlyRootFilesystem", "stopTimeout", "cpu", "memory", "portMappings", "mountPoints", "healthCheck"], field) } == {
      command                = ["run"]
      entryPoint             = ["/bin/app"]
      environment            = [{ name = "NODE_ENV", value = "production" }]
      secrets                = [{ name = "OPENAI_API_KEY", valueFrom = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:storymagic/openai-api-key" }]
      user                   = "1000"
      readonlyRootFilesystem = false
      stopTimeout            = 60
      cpu                    = 256
      memory                 = 512
      portMappings           = []
      mountPoints            = []
      healthCheck            = { command = ["CMD-SHELL", "curl -f http://localhost/health"], interval = 30, timeout = 5, retries = 5, startPeriod = 30 }
    }
    error_message = "The settings of the container must reach it (SM-029, SM-030, SM-033)."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this["blue"].container_definitions)[1].name == "xray" && jsondecode(aws_ecs_task_definition.this["blue"].container_definitions)[1].portMappings == [{ containerPort = 2000, hostPort = 2000, protocol = "udp" }] && !jsondecode(aws_ecs_task_definition.this["blue"].container_definitions)[1].essential
    error_message = "The sidecar must stand beside the main container (SM-112)."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/workers/one" && aws_cloudwatch_log_group.this.retention_in_days == 7 && aws_cloudwatch_log_group.this.kms_key_id == "arn:aws:kms:eu-central-1:123456789012:key/1"
    error_message = "The log group must be the one asked for."
  }
}

run "the_rule_is_made_with_the_weights_and_hosts_given" {
  variables {
    name    = "other"
    images  = { blue = "registry.example.com/o:1", green = "registry.example.com/o:2" }
    release = { weights = { blue = 50, green = 50 }, stickiness_seconds = 600 }
    load_balancer = {
      listener_arn               = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/alb/1/2"
      priority                   = 7
      hosts                      = ["api.example.com"]
      paths                      = ["/v1/*", "/v2/*"]
      target_group_name          = "custom"
      algorithm                  = "least_outstanding_requests"
      deregistration_seconds     = 5
      slow_start_seconds         = 60
      health_check_grace_seconds = 90
      health_check               = { path = "/health/live", matcher = "200-299", interval_seconds = 10 }
    }
  }

  assert {
    condition     = aws_lb_target_group.this["green"].name == "custom-green" && aws_lb_target_group.this["blue"].name == "custom" && aws_lb_target_group.this["blue"].load_balancing_algorithm_type == "least_outstanding_requests" && aws_lb_target_group.this["blue"].deregistration_delay == "5" && aws_lb_target_group.this["blue"].slow_start == 60 && aws_lb_target_group.this["blue"].health_check[0].path == "/health/live" && aws_lb_target_group.this["blue"].health_check[0].matcher == "200-299" && aws_lb_target_group.this["blue"].health_check[0].interval == 10
    error_message = "The settings must reach both target groups."
  }

  assert {
    condition     = length(aws_lb_listener_rule.this[0].condition) == 2 && anytrue([for condition in aws_lb_listener_rule.this[0].condition : try(condition.host_header[0].values == toset(["api.example.com"]), false)])
    error_message = "The rule must ask for the host."
  }

  assert {
    condition     = aws_ecs_service.this["blue"].health_check_grace_period_seconds == 90 && aws_ecs_service.this["green"].desired_count == 2
    error_message = "Tasks must be given time to come up, and a colour that is not idle must run."
  }

  assert {
    condition     = output.weights == { blue = 50, green = 50 } && aws_lb_listener_rule.this[0].action[0].forward[0].stickiness[0].enabled && aws_lb_listener_rule.this[0].action[0].forward[0].stickiness[0].duration == 600
    error_message = "A new rule must split as asked, and keep a client with its colour."
  }
}
