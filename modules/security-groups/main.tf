locals {
  names = { for key, group in var.groups : key => coalesce(group.name, "${var.name}-${key}") }

  # Every rule by direction and "group/rule", in the words of the API.
  rules = {
    for direction in ["ingress", "egress"] : direction => merge([
      for key, group in var.groups : {
        for rule_key, rule in group[direction] : "${key}/${rule_key}" => {
          group          = key
          description    = coalesce(rule.description, rule_key)
          protocol       = rule.protocol
          from_port      = startswith(rule.protocol, "icmp") ? -1 : rule.port
          to_port        = startswith(rule.protocol, "icmp") ? -1 : rule.to_port == null ? rule.port : rule.to_port
          peer_group     = rule.group
          peer_group_id  = rule.security_group_id
          cidr_ipv4      = try(strcontains(rule.cidr, ":"), true) ? null : rule.cidr
          cidr_ipv6      = try(strcontains(rule.cidr, "."), true) ? null : rule.cidr
          prefix_list_id = rule.prefix_list_id
        }
      }
    ]...)
  }
}

# A group comes without rules, and without the egress to everywhere that AWS adds: each rule is a resource of its own,
# so two groups may name each other.
resource "aws_security_group" "this" {
  for_each = var.groups

  vpc_id = var.vpc_id
  name   = local.names[each.key]
  # AWS can change neither the name nor the description of a group; the text follows the name, so that only a new name
  # makes a new group.
  description = local.names[each.key]
  tags        = merge(var.tags, { Name = local.names[each.key] })
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = local.rules.ingress

  security_group_id            = aws_security_group.this[each.value.group].id
  description                  = each.value.description
  ip_protocol                  = each.value.protocol
  from_port                    = each.value.from_port
  to_port                      = each.value.to_port
  referenced_security_group_id = each.value.peer_group == null ? each.value.peer_group_id : aws_security_group.this[each.value.peer_group].id
  cidr_ipv4                    = each.value.cidr_ipv4
  cidr_ipv6                    = each.value.cidr_ipv6
  prefix_list_id               = each.value.prefix_list_id
  tags                         = var.tags
}

resource "aws_vpc_security_group_egress_rule" "this" {
  for_each = local.rules.egress

  security_group_id            = aws_security_group.this[each.value.group].id
  description                  = each.value.description
  ip_protocol                  = each.value.protocol
  from_port                    = each.value.from_port
  to_port                      = each.value.to_port
  referenced_security_group_id = each.value.peer_group == null ? each.value.peer_group_id : aws_security_group.this[each.value.peer_group].id
  cidr_ipv4                    = each.value.cidr_ipv4
  cidr_ipv6                    = each.value.cidr_ipv6
  prefix_list_id               = each.value.prefix_list_id
  tags                         = var.tags
}
