mock_provider "aws" {}

variables {
  name   = "storymagic"
  vpc_id = "vpc-1"
  groups = {}
}

run "a_name_that_looks_like_an_id_is_refused" {
  command = plan

  variables {
    name = "sg-storymagic"
  }

  expect_failures = [var.name]
}

run "a_group_that_names_itself_like_an_id_is_refused" {
  command = plan

  variables {
    groups = { a = { name = "sg-a" } }
  }

  expect_failures = [var.groups]
}

run "a_rule_with_two_other_sides_is_refused" {
  command = plan

  variables {
    groups = { a = { ingress = { x = { port = 1, group = "a", cidr = "10.0.0.0/16" } } } }
  }

  expect_failures = [var.groups]
}

run "a_rule_without_another_side_is_refused" {
  command = plan

  variables {
    groups = { a = { egress = { x = { port = 1 } } } }
  }

  expect_failures = [var.groups]
}

run "a_rule_that_names_an_unknown_group_is_refused" {
  command = plan

  variables {
    groups = { a = { egress = { x = { port = 1, group = "b" } } } }
  }

  expect_failures = [var.groups]
}

run "a_rule_with_a_broken_network_is_refused" {
  command = plan

  variables {
    groups = { a = { ingress = { x = { port = 1, cidr = "10.0.0.0" } } } }
  }

  expect_failures = [var.groups]
}

run "a_tcp_rule_without_a_port_is_refused" {
  command = plan

  variables {
    groups = { a = { ingress = { x = { cidr = "10.0.0.0/16" } } } }
  }

  expect_failures = [var.groups]
}

run "a_range_of_ports_that_runs_backwards_is_refused" {
  command = plan

  variables {
    groups = { a = { egress = { x = { port = 10, to_port = 5, cidr = "10.0.0.0/16" } } } }
  }

  expect_failures = [var.groups]
}

run "a_port_beside_all_protocols_is_refused" {
  command = plan

  variables {
    groups = { a = { egress = { x = { protocol = "-1", port = 5, cidr = "10.0.0.0/16" } } } }
  }

  expect_failures = [var.groups]
}

run "an_unknown_protocol_is_refused" {
  command = plan

  variables {
    groups = { a = { egress = { x = { protocol = "ospf", cidr = "10.0.0.0/16" } } } }
  }

  expect_failures = [var.groups]
}

run "a_port_open_to_the_internet_by_accident_is_refused" {
  command = plan

  variables {
    groups = { a = { ingress = { x = { port = 22, cidr = "0.0.0.0/0" } } } }
  }

  expect_failures = [var.groups]
}

run "a_range_open_to_the_internet_by_accident_is_refused" {
  command = plan

  variables {
    groups = { a = { ingress = { x = { port = 443, to_port = 65535, cidr = "::/0" } } } }
  }

  expect_failures = [var.groups]
}

run "a_description_that_aws_refuses_is_refused" {
  command = plan

  variables {
    groups = { a = { ingress = { x = { port = 443, cidr = "0.0.0.0/0", description = "Öffentlich" } } } }
  }

  expect_failures = [var.groups]
}
