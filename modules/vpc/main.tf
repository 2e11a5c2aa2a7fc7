locals {
  # Every subnet by "tier/zone". Zones are keys and never positions, so adding one leaves the others alone.
  subnets = merge([
    for tier_name, tier in var.tiers : {
      for zone, range in tier.subnets : "${tier_name}/${zone}" => { tier = tier_name, zone = zone, range = range, route = tier.route, public_ips = tier.public_ips }
    }
  ]...)

  internet_subnets = { for key in sort(keys(local.subnets)) : local.subnets[key].zone => key... if local.subnets[key].route == "internet" }
  nat_zones        = toset([for subnet in values(local.subnets) : subnet.zone if subnet.route == "nat"])
}

resource "aws_vpc" "this" {
  cidr_block           = var.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = merge(var.tags, { Name = var.name })
}

resource "aws_default_security_group" "this" {
  count = var.close_default_security_group ? 1 : 0

  vpc_id = aws_vpc.this.id
  tags   = merge(var.tags, { Name = "${var.name}-default-closed" })
}

resource "aws_subnet" "this" {
  for_each = local.subnets

  vpc_id                  = aws_vpc.this.id
  cidr_block              = each.value.range
  availability_zone       = each.value.zone
  map_public_ip_on_launch = each.value.public_ips
  tags                    = merge(var.tags, { Name = "${var.name}-${each.value.tier}-${each.value.zone}", Tier = each.value.tier })
}

resource "aws_network_acl" "this" {
  for_each = { for name, tier in var.tiers : name => tier.network_acl if tier.network_acl != null }

  vpc_id     = aws_vpc.this.id
  subnet_ids = [for key, subnet in local.subnets : aws_subnet.this[key].id if subnet.tier == each.key]
  tags       = merge(var.tags, { Name = "${var.name}-${each.key}", Tier = each.key })

  # Rules stand inside the ACL, not in resources of their own: a rule that was added by hand then shows as drift.
  dynamic "ingress" {
    for_each = each.value.ingress

    content {
      rule_no    = ingress.value.rule_number
      action     = ingress.value.action
      protocol   = ingress.value.protocol
      from_port  = coalesce(ingress.value.from_port, 0)
      to_port    = coalesce(ingress.value.to_port, ingress.value.from_port, 0)
      cidr_block = ingress.value.cidr
      icmp_type  = ingress.value.protocol == "icmp" ? -1 : null
      icmp_code  = ingress.value.protocol == "icmp" ? -1 : null
    }
  }

  dynamic "egress" {
    for_each = each.value.egress

    content {
      rule_no    = egress.value.rule_number
      action     = egress.value.action
      protocol   = egress.value.protocol
      from_port  = coalesce(egress.value.from_port, 0)
      to_port    = coalesce(egress.value.to_port, egress.value.from_port, 0)
      cidr_block = egress.value.cidr
      icmp_type  = egress.value.protocol == "icmp" ? -1 : null
      icmp_code  = egress.value.protocol == "icmp" ? -1 : null
    }
  }
}
