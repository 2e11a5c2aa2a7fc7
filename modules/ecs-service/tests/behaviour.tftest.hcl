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

run "one_colour_is_a_plain_fargate_service" {
  assert {
    condition     = keys(aws_ecs_service.this) == ["blue"] && aws_ecs_service.this["blue"].name == "storymagic-api" && aws_ecs_service.this["blue"].cluster == "arn:aws:ecs:eu-central-1:123456789012:cluster/storymagic-production"
    error_message = "There must be one service, under the plain name, in the cluster (SM-010, SM-013)."
  }

  assert {
    condition     = aws_ecs_service.this["blue"].launch_type == "FARGATE" && aws_ecs_service.this["blue"].platform_version == "LATEST" && aws_ecs_service.this["blue"].desired_count == 2
    error_message = "It must start two tasks on Fargate (SM-011, SM-015)."
  }

  assert {
    condition     = aws_ecs_service.this["blue"].deployment_circuit_breaker[0].enable && aws_ecs_service.this["blue"].deployment_circuit_breaker[0].rollback && aws_ecs_service.this["blue"].deployment_minimum_healthy_percent == 100 && aws_ecs_service.this["blue"].deployment_maximum_percent == 200
    error_message = "A deployment that fails must be rolled back, and none may take a task away first (SM-129)."
  }

  assert {
    condition     = !aws_ecs_service.this["blue"].enable_execute_command && !aws_ecs_service.this["blue"].wait_for_steady_state && aws_ecs_service.this["blue"].availability_zone_rebalancing == "ENABLED" && aws_ecs_service.this["blue"].propagate_tags == "SERVICE" && aws_ecs_service.this["blue"].enable_ecs_managed_tags
    error_message = "No shell by default, tasks spread over the zones, tags passed on to them."
  }

  assert {
    condition     = aws_ecs_service.this["blue"].network_configuration[0].subnets == toset(["subnet-1", "subnet-2"]) && aws_ecs_service.this["blue"].network_configuration[0].security_groups == toset(["sg-1"]) && !aws_ecs_service.this["blue"].network_configuration[0].assign_public_ip
    error_message = "Tasks must run in the subnets and groups given, without a public address (SM-006)."
  }

  assert {
    condition     = one(aws_ecs_service.this["blue"].load_balancer).container_port == 3000 && one(aws_ecs_service.this["blue"].load_balancer).container_name == "storymagic-api" && one(aws_ecs_service.this["blue"].load_balancer).target_group_arn == aws_lb_target_group.this["blue"].arn
    error_message = "The load balancer must reach port 3000 of the main container (SM-028)."
  }

  assert {
    condition     = aws_ecs_task_definition.this["blue"].family == "storymagic-api" && aws_ecs_task_definition.this["blue"].cpu == "1024" && aws_ecs_task_definition.this["blue"].memory == "2048" && aws_ecs_task_definition.this["blue"].network_mode == "awsvpc" && aws_ecs_task_definition.this["blue"].requires_compatibilities == toset(["FARGATE"]) && aws_ecs_task_definition.this["blue"].skip_destroy
    error_message = "The task definition must have its family, size and network mode, and earlier revisions must stay (SM-014, SM-024, SM-025, SM-026, SM-131)."
  }

  assert {
    condition = jsondecode(aws_ecs_task_definition.this["blue"].container_definitions) == [{
      name                   = "storymagic-api"
      image                  = "registry.example.com/storymagic-api:4f2a9c1"
      essential              = true
      readonlyRootFilesystem = true
      stopTimeout            = 30
      environment            = []
      secrets                = []
      portMappings           = [{ containerPort = 3000, hostPort = 3000, protocol = "tcp" }]
      mountPoints            = [{ containerPath = "/tmp", sourceVolume = "writable-tmp", readOnly = false }]
      linuxParameters        = { initProcessEnabled = true }
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = "/ecs/storymagic-api"
          awslogs-region        = "eu-central-1"
          awslogs-stream-prefix = "ecs"
          mode                  = "non-blocking"
          max-buffer-size       = "25m"
        }
      }
    }]
    error_message = "The container must be exactly this: what is not set is left out, and the root file system is read-only."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/ecs/storymagic-api" && aws_cloudwatch_log_group.this.retention_in_days == 30
    error_message = "Logs must be kept for 30 days (SM-103)."
  }

  assert {
    condition     = aws_lb_target_group.this["blue"].name == "storymagic-api-tg" && aws_lb_target_group.this["blue"].port == 3000 && aws_lb_target_group.this["blue"].protocol == "HTTP" && aws_lb_target_group.this["blue"].target_type == "ip" && aws_lb_target_group.this["blue"].vpc_id == "vpc-1"
    error_message = "The target group must take HTTP on port 3000 by address (SM-063)."
  }

  assert {
    condition     = aws_lb_target_group.this["blue"].health_check[0].path == "/health" && aws_lb_target_group.this["blue"].health_check[0].interval == 30 && aws_lb_target_group.this["blue"].health_check[0].timeout == 5 && aws_lb_target_group.this["blue"].health_check[0].healthy_threshold == 2 && aws_lb_target_group.this["blue"].health_check[0].unhealthy_threshold == 3
    error_message = "Targets must be judged at /health every 30 s (SM-064 to SM-068)."
  }

  assert {
    condition     = aws_lb_listener_rule.this[0].priority == 100 && one(aws_lb_listener_rule.this[0].condition).path_pattern[0].values == toset(["/*"]) && one(aws_lb_listener_rule.this[0].action[0].forward[0].target_group).weight == 100
    error_message = "Every request must go to the one target group (SM-062)."
  }

  assert {
    condition     = aws_appautoscaling_target.this["blue"].resource_id == "service/storymagic-production/storymagic-api" && aws_appautoscaling_target.this["blue"].min_capacity == 2 && aws_appautoscaling_target.this["blue"].max_capacity == 4
    error_message = "The service must scale from 2 to 4 tasks (SM-019, SM-135)."
  }

  assert {
    condition     = keys(aws_appautoscaling_policy.this) == ["blue/cpu"] && aws_appautoscaling_policy.this["blue/cpu"].target_tracking_scaling_policy_configuration[0].target_value == 70 && aws_appautoscaling_policy.this["blue/cpu"].target_tracking_scaling_policy_configuration[0].predefined_metric_specification[0].predefined_metric_type == "ECSServiceAverageCPUUtilization" && aws_appautoscaling_policy.this["blue/cpu"].target_tracking_scaling_policy_configuration[0].scale_in_cooldown == 300
    error_message = "It must hold the CPU at 70 % (SM-020, SM-023)."
  }
}

run "a_second_colour_leaves_the_first_and_the_rule_alone" {
  variables {
    images  = { blue = "registry.example.com/storymagic-api:4f2a9c1", green = "registry.example.com/storymagic-api:77b0d3e" }
    release = { weights = { blue = 90, green = 10 }, idle = ["green"] }
    tags    = { Component = "api" }
    scaling = { min = 1, max = 4, initial = 3, cpu_percent = 0, memory_percent = 80, requests_per_target = 1000, scale_out_cooldown_seconds = 300 }
  }

  assert {
    condition     = output.service_arns.blue == run.one_colour_is_a_plain_fargate_service.service_arns.blue && output.listener_rule_arn == run.one_colour_is_a_plain_fargate_service.listener_rule_arn && output.target_group_arns.blue == run.one_colour_is_a_plain_fargate_service.target_group_arns.blue
    error_message = "Blue must stay what it was."
  }

  assert {
    condition     = output.weights == { blue = 100, green = 0 }
    error_message = "The weights of a rule that exists belong to the release, whatever the call says."
  }

  assert {
    condition     = aws_ecs_service.this["blue"].desired_count == 2
    error_message = "The count of a service that exists belongs to the scaling (SM-015)."
  }

  assert {
    condition     = aws_ecs_service.this["green"].name == "storymagic-api-green" && aws_ecs_service.this["green"].desired_count == 0 && aws_lb_target_group.this["green"].name == "storymagic-api-tg-green" && aws_ecs_task_definition.this["green"].family == "storymagic-api-green"
    error_message = "Green must have a service, a target group and a task definition of its own, and run nothing while idle (SM-122)."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this["green"].container_definitions)[0].image == "registry.example.com/storymagic-api:77b0d3e" && jsondecode(aws_ecs_task_definition.this["green"].container_definitions)[0].name == "storymagic-api"
    error_message = "Green must run its own image in a container of the same name."
  }

  assert {
    condition     = aws_appautoscaling_target.this["green"].min_capacity == 0 && aws_appautoscaling_target.this["green"].max_capacity == 0 && aws_appautoscaling_target.this["blue"].min_capacity == 1 && aws_appautoscaling_target.this["blue"].max_capacity == 4
    error_message = "An idle colour must be held at zero, the other one scaled as asked (SM-128)."
  }

  assert {
    condition     = toset(keys(aws_appautoscaling_policy.this)) == toset(["blue/memory", "blue/requests", "green/memory", "green/requests"]) && aws_appautoscaling_policy.this["green/requests"].target_tracking_scaling_policy_configuration[0].predefined_metric_specification[0].resource_label == "app/alb/1/targetgroup/green/2"
    error_message = "Each colour must be tracked by memory and by requests of its own target group (SM-021)."
  }

  assert {
    condition     = alltrue([for policy in aws_appautoscaling_policy.this : policy.target_tracking_scaling_policy_configuration[0].scale_out_cooldown == 300])
    error_message = "The cooldown must reach every policy (SM-022)."
  }
}

run "the_colour_that_takes_requests_cannot_be_scaled_to_zero" {
  command = plan

  variables {
    images  = { blue = "registry.example.com/storymagic-api:4f2a9c1", green = "registry.example.com/storymagic-api:77b0d3e" }
    release = { idle = ["blue"] }
  }

  expect_failures = [aws_appautoscaling_target.this["blue"]]
}
