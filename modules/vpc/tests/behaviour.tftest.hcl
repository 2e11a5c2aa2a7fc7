mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { id = "eu-central-1" }
  }
  mock_resource "aws_vpc" {
    defaults = { owner_id = "123456789012" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/vpc/storymagic/flow-logs" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/storymagic-vpc-flow-logs" }
  }
}

variables {
  name = "storymagic"
  cidr = "10.0.0.0/16"
  tiers = {
    public = { route = "internet", subnets = { eu-central-1a = "10.0.1.0/24", eu-central-1b = "10.0.11.0/24" } }
    app    = { route = "nat", subnets = { eu-central-1a = "10.0.2.0/24", eu-central-1b = "10.0.12.0/24" } }
    data   = { route = "none", subnets = { eu-central-1a = "10.0.3.0/24", eu-central-1b = "10.0.13.0/24" } }
  }
}

run "the_defaults_give_one_nat_gateway_an_s3_endpoint_and_flow_logs" {
  assert {
    condition     = aws_vpc.this.cidr_block == "10.0.0.0/16" && aws_vpc.this.enable_dns_hostnames && aws_vpc.this.enable_dns_support && aws_vpc.this.tags.Name == "storymagic"
    error_message = "The VPC must have its range, its name and DNS (SM-002, SM-077)."
  }

  assert {
    condition = { for key, subnet in aws_subnet.this : key => "${subnet.availability_zone} ${subnet.cidr_block} ${subnet.tags.Tier} ${subnet.map_public_ip_on_launch}" } == {
      "public/eu-central-1a" = "eu-central-1a 10.0.1.0/24 public false"
      "public/eu-central-1b" = "eu-central-1b 10.0.11.0/24 public false"
      "app/eu-central-1a"    = "eu-central-1a 10.0.2.0/24 app false"
      "app/eu-central-1b"    = "eu-central-1b 10.0.12.0/24 app false"
      "data/eu-central-1a"   = "eu-central-1a 10.0.3.0/24 data false"
      "data/eu-central-1b"   = "eu-central-1b 10.0.13.0/24 data false"
    }
    error_message = "Each tier must have one subnet per zone, and no subnet may hand out public addresses unasked (SM-003, SM-004, SM-005)."
  }

  assert {
    condition     = keys(aws_nat_gateway.this) == ["eu-central-1a"] && aws_nat_gateway.this["eu-central-1a"].subnet_id == aws_subnet.this["public/eu-central-1a"].id
    error_message = "There must be one NAT gateway, in the first zone's internet subnet (SM-007)."
  }

  assert {
    condition     = toset(keys(aws_route_table.this)) == toset(["internet", "none", "nat/eu-central-1a", "nat/eu-central-1b"])
    error_message = "Internet tiers share a table, closed tiers share a table, nat tiers have one per zone."
  }

  assert {
    condition     = alltrue([for zone in ["eu-central-1a", "eu-central-1b"] : aws_route.nat[zone].nat_gateway_id == aws_nat_gateway.this["eu-central-1a"].id && aws_route.nat[zone].destination_cidr_block == "0.0.0.0/0"])
    error_message = "Both zones must leave through the one gateway."
  }

  assert {
    condition     = aws_route_table_association.this["data/eu-central-1b"].route_table_id == aws_route_table.this["none"].id && aws_route_table_association.this["app/eu-central-1b"].route_table_id == aws_route_table.this["nat/eu-central-1b"].id
    error_message = "Each subnet must use the table of its route."
  }

  assert {
    condition     = keys(aws_vpc_endpoint.gateway) == ["s3"] && aws_vpc_endpoint.gateway["s3"].service_name == "com.amazonaws.eu-central-1.s3" && length(aws_vpc_endpoint.gateway["s3"].route_table_ids) == 4
    error_message = "S3 must be reached through a gateway endpoint from every route table (SM-007)."
  }

  assert {
    condition     = length(aws_vpc_endpoint.interface) == 0 && length(aws_network_acl.this) == 0
    error_message = "Interface endpoints and network ACLs must be made only on request (SM-089)."
  }

  assert {
    condition     = length(aws_default_security_group.this) == 1
    error_message = "The default security group must be closed by default."
  }

  assert {
    condition     = aws_flow_log.this[0].traffic_type == "ALL" && aws_flow_log.this[0].max_aggregation_interval == 600 && aws_flow_log.this[0].log_destination == aws_cloudwatch_log_group.flow_logs[0].arn && aws_cloudwatch_log_group.flow_logs[0].retention_in_days == 30
    error_message = "All traffic must be recorded for 30 days by default."
  }

  assert {
    condition     = jsondecode(aws_iam_role.flow_logs[0].assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "123456789012" && startswith(jsondecode(aws_iam_role_policy.flow_logs[0].policy).Statement[0].Resource, aws_cloudwatch_log_group.flow_logs[0].arn)
    error_message = "The role of the flow logs must trust the service for this account only and write to its own group only."
  }

  assert {
    condition     = aws_iam_role.flow_logs[0].name == "storymagic-flow-logs-eu-central-1"
    error_message = "The role must not clash with that of a VPC of the same name in another region."
  }

  assert {
    condition     = output.subnet_ids.data == [aws_subnet.this["data/eu-central-1a"].id, aws_subnet.this["data/eu-central-1b"].id] && output.subnet_ids_by_zone.app.eu-central-1b == aws_subnet.this["app/eu-central-1b"].id
    error_message = "The outputs must give the subnets by tier, in the order of the zones."
  }
}

run "growing_to_a_third_zone_with_a_gateway_in_each_keeps_what_is_there" {
  variables {
    nat_gateways = "per_zone"
    tags         = { Component = "network" }
    tiers = {
      public = { route = "internet", public_ips = true, subnets = { eu-central-1a = "10.0.1.0/24", eu-central-1b = "10.0.11.0/24", eu-central-1c = "10.0.21.0/24" } }
      app    = { route = "nat", subnets = { eu-central-1a = "10.0.2.0/24", eu-central-1b = "10.0.12.0/24", eu-central-1c = "10.0.22.0/24" } }
      data   = { route = "none", subnets = { eu-central-1a = "10.0.3.0/24", eu-central-1b = "10.0.13.0/24" } }
    }
  }

  assert {
    condition     = output.vpc_id == run.the_defaults_give_one_nat_gateway_an_s3_endpoint_and_flow_logs.vpc_id
    error_message = "A change of tags must not replace the VPC."
  }

  assert {
    condition = alltrue([
      for tier in ["public", "app", "data"] : alltrue([
        for zone in ["eu-central-1a", "eu-central-1b"] :
        output.subnet_ids_by_zone[tier][zone] == run.the_defaults_give_one_nat_gateway_an_s3_endpoint_and_flow_logs.subnet_ids_by_zone[tier][zone]
      ])
    ])
    error_message = "A new zone must not replace the subnets of the others."
  }

  assert {
    condition     = alltrue([for key, id in run.the_defaults_give_one_nat_gateway_an_s3_endpoint_and_flow_logs.route_table_ids : output.route_table_ids[key] == id])
    error_message = "More gateways must not replace route tables."
  }

  assert {
    condition     = output.nat_public_ips["eu-central-1a"] == run.the_defaults_give_one_nat_gateway_an_s3_endpoint_and_flow_logs.nat_public_ips["eu-central-1a"]
    error_message = "The first gateway must keep its address."
  }

  assert {
    condition     = alltrue([for zone in ["eu-central-1a", "eu-central-1b", "eu-central-1c"] : aws_route.nat[zone].nat_gateway_id == aws_nat_gateway.this[zone].id && aws_nat_gateway.this[zone].subnet_id == aws_subnet.this["public/${zone}"].id])
    error_message = "Each zone must leave through its own gateway."
  }

  assert {
    condition     = aws_subnet.this["public/eu-central-1a"].map_public_ip_on_launch && !aws_subnet.this["app/eu-central-1a"].map_public_ip_on_launch
    error_message = "public_ips must reach the subnets of its tier alone."
  }
}

run "every_switch_reaches_its_resource" {
  variables {
    nat_gateways                 = "none"
    gateway_endpoints            = ["s3", "dynamodb"]
    close_default_security_group = false
    flow_logs                    = { traffic = "REJECT", interval_seconds = 60, bucket = { arn = "arn:aws:s3:::flow-logs" } }
    interface_endpoints          = { services = ["ecr.api", "logs"], tier = "app", security_group_ids = ["sg-1"] }
    tiers = {
      public = { route = "internet", subnets = { eu-central-1a = "10.0.1.0/24" } }
      app = {
        route   = "nat"
        subnets = { eu-central-1a = "10.0.2.0/24" }
        network_acl = {
          ingress = [
            { rule_number = 100, from_port = 3000, cidr = "10.0.0.0/16" },
            { rule_number = 200, from_port = 1024, to_port = 65535, cidr = "0.0.0.0/0" },
            { rule_number = 300, protocol = "icmp", action = "deny", cidr = "0.0.0.0/0" },
          ]
          egress = [{ rule_number = 100, protocol = "-1", cidr = "0.0.0.0/0" }]
        }
      }
    }
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 0 && length(aws_eip.nat) == 0 && length(aws_route.nat) == 0 && length(aws_route_table.this) == 2
    error_message = "Without gateways a nat tier must have its table but no route out."
  }

  assert {
    condition     = toset(keys(aws_vpc_endpoint.gateway)) == toset(["s3", "dynamodb"])
    error_message = "Each gateway endpoint must be made."
  }

  assert {
    condition     = aws_vpc_endpoint.interface["ecr.api"].service_name == "com.amazonaws.eu-central-1.ecr.api" && aws_vpc_endpoint.interface["logs"].private_dns_enabled && aws_vpc_endpoint.interface["logs"].subnet_ids == toset([aws_subnet.this["app/eu-central-1a"].id]) && aws_vpc_endpoint.interface["logs"].security_group_ids == toset(["sg-1"])
    error_message = "Interface endpoints must stand in the tier's subnets, under their public names, behind the groups given."
  }

  assert {
    condition     = aws_flow_log.this[0].log_destination_type == "s3" && aws_flow_log.this[0].log_destination == "arn:aws:s3:::flow-logs" && aws_flow_log.this[0].iam_role_arn == null && length(aws_cloudwatch_log_group.flow_logs) == 0 && length(aws_iam_role.flow_logs) == 0
    error_message = "Flow logs into a bucket need neither log group nor role."
  }

  assert {
    condition     = keys(aws_network_acl.this) == ["app"] && aws_network_acl.this["app"].subnet_ids == toset([aws_subnet.this["app/eu-central-1a"].id])
    error_message = "Only the tier that asks for a network ACL must get one; the others keep the default (SM-089, SM-090)."
  }

  assert {
    condition = { for rule in aws_network_acl.this["app"].ingress : rule.rule_no => "${rule.action} ${rule.protocol} ${rule.from_port}-${rule.to_port} ${rule.cidr_block}" } == {
      100 = "allow tcp 3000-3000 10.0.0.0/16"
      200 = "allow tcp 1024-65535 0.0.0.0/0"
      300 = "deny icmp 0-0 0.0.0.0/0"
    }
    error_message = "The rules must be entered as given; to_port defaults to from_port."
  }

  assert {
    condition     = length(aws_default_security_group.this) == 0
    error_message = "The default security group must be left alone on request."
  }
}

run "flow_logs_can_be_left_out" {
  command = plan

  variables {
    flow_logs = null
  }

  assert {
    condition     = length(aws_flow_log.this) == 0 && length(aws_cloudwatch_log_group.flow_logs) == 0 && length(aws_iam_role.flow_logs) == 0
    error_message = "With flow_logs null nothing must be recorded."
  }
}
