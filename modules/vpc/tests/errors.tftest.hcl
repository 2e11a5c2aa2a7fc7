mock_provider "aws" {}

variables {
  name = "storymagic"
  cidr = "10.0.0.0/16"
  tiers = {
    public = { route = "internet", subnets = { eu-central-1a = "10.0.1.0/24" } }
    app    = { route = "nat", subnets = { eu-central-1a = "10.0.2.0/24" } }
  }
}

run "values_that_aws_would_refuse_are_refused_at_plan" {
  command = plan

  variables {
    name              = "story magic"
    nat_gateways      = "two"
    gateway_endpoints = ["sqs"]
    flow_logs         = { traffic = "SOME" }
  }

  expect_failures = [var.name, var.nat_gateways, var.gateway_endpoints, var.flow_logs]
}

run "a_vpc_wider_than_aws_takes_is_refused" {
  command = plan

  variables {
    cidr = "10.0.0.0/8"
  }

  expect_failures = [var.cidr]
}

run "a_range_not_written_with_its_first_address_is_refused" {
  command = plan

  variables {
    cidr = "10.0.0.1/16"
  }

  expect_failures = [var.cidr]
}

run "an_endpoint_in_an_unknown_tier_is_refused" {
  command = plan

  variables {
    flow_logs           = { interval_seconds = 300 }
    interface_endpoints = { services = ["logs"], tier = "nowhere", security_group_ids = [] }
  }

  expect_failures = [var.flow_logs, var.interface_endpoints]
}

run "a_retention_that_cloudwatch_does_not_offer_is_refused" {
  command = plan

  variables {
    flow_logs           = { retention_days = 10 }
    interface_endpoints = { services = ["com.amazonaws.eu-central-1.logs"], tier = "app", security_group_ids = [] }
  }

  expect_failures = [var.flow_logs, var.interface_endpoints]
}

run "a_gateway_without_an_internet_tier_is_refused" {
  command = plan

  variables {
    tiers = { app = { route = "nat", subnets = { eu-central-1a = "10.0.2.0/24" } } }
  }

  expect_failures = [var.nat_gateways]
}

run "a_gateway_per_zone_needs_an_internet_subnet_in_each_zone" {
  command = plan

  variables {
    nat_gateways = "per_zone"
    tiers = {
      public = { route = "internet", subnets = { eu-central-1a = "10.0.1.0/24" } }
      app    = { route = "nat", subnets = { eu-central-1a = "10.0.2.0/24", eu-central-1b = "10.0.12.0/24" } }
    }
  }

  expect_failures = [var.nat_gateways]
}

run "a_tier_without_subnets_is_refused" {
  command = plan

  variables {
    tiers = { data = { route = "none", subnets = {} } }
  }

  expect_failures = [var.tiers]
}

run "a_tier_name_that_does_not_fit_a_name_tag_is_refused" {
  command = plan

  variables {
    tiers = { "Data Tier" = { route = "none", subnets = { eu-central-1a = "10.0.3.0/24" } } }
  }

  expect_failures = [var.tiers]
}

run "an_unknown_route_is_refused" {
  command = plan

  variables {
    tiers = { data = { route = "vpn", subnets = { eu-central-1a = "10.0.3.0/24" } } }
  }

  expect_failures = [var.tiers]
}

run "public_addresses_outside_an_internet_tier_are_refused" {
  command = plan

  variables {
    tiers = { data = { route = "none", public_ips = true, subnets = { eu-central-1a = "10.0.3.0/24" } } }
  }

  expect_failures = [var.tiers]
}

run "a_subnet_that_is_not_keyed_by_its_zone_is_refused" {
  command = plan

  variables {
    tiers = { data = { route = "none", subnets = { first = "10.0.3.0/24" } } }
  }

  expect_failures = [var.tiers]
}

run "a_subnet_range_not_written_with_its_first_address_is_refused" {
  command = plan

  variables {
    tiers = { data = { route = "none", subnets = { eu-central-1a = "10.0.3.7/24" } } }
  }

  expect_failures = [var.tiers]
}

run "a_subnet_outside_the_vpc_is_refused" {
  command = plan

  variables {
    tiers = { data = { route = "none", subnets = { eu-central-1a = "10.1.3.0/24" } } }
  }

  expect_failures = [var.tiers]
}

run "overlapping_subnets_are_refused" {
  command = plan

  variables {
    tiers = { data = { route = "none", subnets = { eu-central-1a = "10.0.0.0/20", eu-central-1b = "10.0.3.0/24" } } }
  }

  expect_failures = [var.tiers]
}

run "a_rule_number_used_twice_is_refused" {
  command = plan

  variables {
    tiers = {
      data = {
        route       = "none"
        subnets     = { eu-central-1a = "10.0.3.0/24" }
        network_acl = { ingress = [{ rule_number = 1, from_port = 443, cidr = "10.0.0.0/16" }, { rule_number = 1, from_port = 443, cidr = "10.1.0.0/16" }], egress = [] }
      }
    }
  }

  expect_failures = [var.tiers]
}

run "a_rule_with_an_unknown_protocol_is_refused" {
  command = plan

  variables {
    tiers = {
      data = {
        route       = "none"
        subnets     = { eu-central-1a = "10.0.3.0/24" }
        network_acl = { ingress = [{ rule_number = 1, protocol = "sctp", cidr = "10.0.0.0/16" }], egress = [] }
      }
    }
  }

  expect_failures = [var.tiers]
}

run "a_tcp_rule_without_a_port_is_refused" {
  command = plan

  variables {
    tiers = {
      data = {
        route       = "none"
        subnets     = { eu-central-1a = "10.0.3.0/24" }
        network_acl = { ingress = [], egress = [{ rule_number = 1, cidr = "10.0.0.0/16" }] }
      }
    }
  }

  expect_failures = [var.tiers]
}
