mock_provider "aws" {}

variables {
  name               = "api"
  cluster_arn        = "arn:aws:ecs:eu-central-1:123456789012:cluster/example"
  images             = { blue = "registry.example.com/api:1" }
  size               = { cpu = 256, memory = 512 }
  execution_role_arn = "arn:aws:iam::123456789012:role/api-execution"
  container          = { port = 3000 }
  network            = { vpc_id = "vpc-1", subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }
}

run "values_that_aws_would_refuse_are_refused_at_plan" {
  command = plan

  variables {
    cluster_arn        = "example"
    images             = { green = "registry.example.com/api:1" }
    container          = { port = 70000 }
    size               = { cpu = 256, memory = 4096 }
    architecture       = "RISCV"
    network            = { vpc_id = "vpc-1", subnet_ids = ["subnet-1"], security_group_ids = [] }
    deployment         = { minimum_healthy_percent = 100, maximum_percent = 100 }
    capacity_providers = { EC2 = { weight = 1 } }
    platform_version   = "newest"
    logs               = { retention_days = 31 }
  }

  expect_failures = [var.cluster_arn, var.images, var.container, var.size, var.architecture, var.network, var.deployment, var.capacity_providers, var.platform_version, var.logs]
}

run "what_is_out_of_range_is_refused" {
  command = plan

  variables {
    name               = "-api"
    images             = { blue = "registry.example.com/api:latest" }
    container          = { stop_timeout_seconds = 300 }
    size               = { cpu = 256, memory = 512, ephemeral_storage_gib = 20 }
    deployment         = { minimum_healthy_percent = 50, maximum_percent = 100 }
    capacity_providers = { FARGATE = { weight = 1, base = 1 }, FARGATE_SPOT = { weight = 1, base = 1 } }
  }

  expect_failures = [var.name, var.images, var.container, var.size, var.deployment, var.capacity_providers]
}

run "a_colour_that_does_not_exist_is_refused" {
  command = plan

  variables {
    release   = { weights = { red = 1 } }
    sidecars  = { api = { image = "registry.example.com/x:1" } }
    container = { health_check = { command = ["curl"] } }
  }

  expect_failures = [var.release, var.sidecars, var.container]
}

run "a_percentage_above_100_is_refused" {
  command = plan

  variables {
    scaling = { cpu_percent = 101 }
  }

  expect_failures = [var.scaling]
}

run "requests_cannot_be_tracked_without_a_load_balancer" {
  command = plan

  variables {
    release  = { idle = ["blue"] }
    sidecars = { log = { image = "registry.example.com/x" } }
    scaling  = { requests_per_target = 100 }
  }

  expect_failures = [var.release, var.sidecars, var.scaling]
}

run "a_variable_given_twice_is_refused" {
  command = plan

  variables {
    container = { environment = { A = "1" }, secrets = { A = "arn:aws:ssm:eu-central-1:123456789012:parameter/a" } }
  }

  expect_failures = [var.container]
}

run "a_secret_given_as_a_value_is_refused" {
  command = plan

  variables {
    release   = { stickiness_seconds = 604801 }
    container = { secrets = { TOKEN = "hunter2" } }
    sidecars  = { log = { image = "registry.example.com/x:1", secrets = { TOKEN = "hunter2" } } }
  }

  expect_failures = [var.release, var.container, var.sidecars]
}

run "a_maximum_below_the_minimum_is_refused" {
  command = plan

  variables {
    scaling = { min = 3, max = 2 }
  }

  expect_failures = [var.scaling]
}

run "a_relative_writable_path_is_refused" {
  command = plan

  variables {
    container = { writable_paths = ["tmp"] }
  }

  expect_failures = [var.container]
}

run "a_shell_needs_a_writable_root" {
  command = plan

  variables {
    execute_command = true
  }

  expect_failures = [var.execute_command]
}

run "a_load_balancer_needs_a_port" {
  command = plan

  variables {
    container     = {}
    load_balancer = { listener_arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/a/1/2", priority = 1 }
  }

  expect_failures = [var.load_balancer]
}

run "a_priority_out_of_range_is_refused" {
  command = plan

  variables {
    load_balancer = { listener_arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/a/1/2", priority = 0 }
  }

  expect_failures = [var.load_balancer]
}

run "a_rule_with_more_conditions_than_it_has_room_for_is_refused" {
  command = plan

  variables {
    load_balancer = { listener_arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/a/1/2", priority = 1, paths = ["/1", "/2", "/3"], hosts = ["a", "b", "c"] }
  }

  expect_failures = [var.load_balancer]
}

run "a_target_group_name_without_room_for_green_is_refused" {
  command = plan

  variables {
    load_balancer = { listener_arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/a/1/2", priority = 1, target_group_name = "a-name-of-twenty-seven-chars" }
  }

  expect_failures = [var.load_balancer]
}

run "an_unknown_algorithm_is_refused" {
  command = plan

  variables {
    load_balancer = { listener_arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/a/1/2", priority = 1, algorithm = "random" }
  }

  expect_failures = [var.load_balancer]
}

run "a_health_check_slower_than_its_interval_is_refused" {
  command = plan

  variables {
    load_balancer = { listener_arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/a/1/2", priority = 1, health_check = { timeout_seconds = 30 } }
  }

  expect_failures = [var.load_balancer]
}
