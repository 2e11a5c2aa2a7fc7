mock_provider "aws" {}

variables {
  name   = "storymagic"
  vpc_id = "vpc-1"
  groups = {
    alb = {
      name    = "alb-security-group"
      ingress = { https = { port = 443, cidr = "0.0.0.0/0" } }
      egress  = { all = { protocol = "-1", cidr = "0.0.0.0/0" } }
    }
    ecs = {
      name    = "ecs-security-group"
      ingress = { alb = { port = 3000, group = "alb" } }
      egress  = { database = { port = 5432, group = "rds", description = "The only database" } }
    }
    rds = {
      ingress = {
        ecs    = { port = 5432, group = "ecs" }
        office = { port = 5000, to_port = 5010, security_group_id = "sg-office" }
        lists  = { port = 5432, prefix_list_id = "pl-1" }
        v6     = { port = 5432, cidr = "2001:db8::/32" }
        ping   = { protocol = "icmp", cidr = "10.0.0.0/16" }
        open   = { port = 5433, cidr = "0.0.0.0/0", public = true }
      }
    }
  }
}

run "rules_refer_to_groups_by_key" {
  assert {
    condition     = { for key, group in aws_security_group.this : key => "${group.name} ${group.vpc_id} ${group.tags.Name}" } == { alb = "alb-security-group vpc-1 alb-security-group", ecs = "ecs-security-group vpc-1 ecs-security-group", rds = "storymagic-rds vpc-1 storymagic-rds" }
    error_message = "A group must carry its own name, or one from the module's name and its key."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.this["ecs/alb"].security_group_id == aws_security_group.this["ecs"].id && aws_vpc_security_group_ingress_rule.this["ecs/alb"].referenced_security_group_id == aws_security_group.this["alb"].id && aws_vpc_security_group_ingress_rule.this["ecs/alb"].from_port == 3000 && aws_vpc_security_group_ingress_rule.this["ecs/alb"].to_port == 3000
    error_message = "The rule must open 3000 of ecs to alb and nobody else (SM-081)."
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.this["ecs/database"].security_group_id == aws_security_group.this["ecs"].id && aws_vpc_security_group_egress_rule.this["ecs/database"].referenced_security_group_id == aws_security_group.this["rds"].id && aws_vpc_security_group_egress_rule.this["ecs/database"].description == "The only database"
    error_message = "The rule must let ecs call rds (SM-083)."
  }

  assert {
    condition     = toset(keys(aws_vpc_security_group_egress_rule.this)) == toset(["alb/all", "ecs/database"])
    error_message = "A group without egress rules must be unable to call anyone (SM-086)."
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.this["alb/all"].ip_protocol == "-1" && aws_vpc_security_group_egress_rule.this["alb/all"].from_port == null && aws_vpc_security_group_egress_rule.this["alb/all"].cidr_ipv4 == "0.0.0.0/0"
    error_message = "A rule for everything must have no ports (SM-080)."
  }

  assert {
    condition = { for key, rule in aws_vpc_security_group_ingress_rule.this : key => "${rule.ip_protocol} ${rule.from_port}-${rule.to_port} ${coalesce(rule.cidr_ipv4, rule.cidr_ipv6, rule.prefix_list_id, rule.referenced_security_group_id)}" if startswith(key, "rds/") && key != "rds/ecs" } == {
      "rds/office" = "tcp 5000-5010 sg-office"
      "rds/lists"  = "tcp 5432-5432 pl-1"
      "rds/v6"     = "tcp 5432-5432 2001:db8::/32"
      "rds/ping"   = "icmp -1--1 10.0.0.0/16"
      "rds/open"   = "tcp 5433-5433 0.0.0.0/0"
    }
    error_message = "Each kind of other side and each protocol must reach its rule."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.this["rds/v6"].cidr_ipv6 == "2001:db8::/32" && aws_vpc_security_group_ingress_rule.this["rds/v6"].cidr_ipv4 == null && aws_vpc_security_group_ingress_rule.this["rds/open"].cidr_ipv6 == null
    error_message = "An IPv6 network must be entered as one."
  }
}

run "a_change_of_tags_and_rules_keeps_the_groups" {
  variables {
    tags = { Component = "network" }
    groups = {
      alb = { name = "alb-security-group", ingress = { https = { port = 443, cidr = "192.0.2.0/24" } } }
      ecs = { name = "ecs-security-group", ingress = { alb = { port = 8080, group = "alb" } } }
      rds = {}
    }
  }

  assert {
    condition     = output.ids == run.rules_refer_to_groups_by_key.ids
    error_message = "A change of rules or tags must not replace a group."
  }

  assert {
    condition     = aws_security_group.this["rds"].tags == tomap({ Component = "network", Name = "storymagic-rds" }) && aws_vpc_security_group_ingress_rule.this["ecs/alb"].tags == tomap({ Component = "network" })
    error_message = "Tags must reach groups and rules."
  }
}
