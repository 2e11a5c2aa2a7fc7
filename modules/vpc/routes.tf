locals {
  # One route table for all internet tiers, one for all tiers without a way out, and one per zone for the nat tiers:
  # switching between one NAT gateway and one per zone then changes a route and re-associates no subnet.
  route_table_of = {
    for key, subnet in local.subnets : key => subnet.route == "nat" ? "nat/${subnet.zone}" : subnet.route
  }
  route_tables = toset(values(local.route_table_of))

  # The zones that hold a NAT gateway.
  gateway_zones = {
    none     = toset([])
    one      = length(local.nat_zones) == 0 ? toset([]) : toset(slice(sort(keys(local.internet_subnets)), 0, min(1, length(local.internet_subnets))))
    per_zone = local.nat_zones
  }[var.nat_gateways]
}

resource "aws_internet_gateway" "this" {
  count = length(local.internet_subnets) > 0 ? 1 : 0

  vpc_id = aws_vpc.this.id
  tags   = merge(var.tags, { Name = var.name })
}

resource "aws_eip" "nat" {
  for_each = local.gateway_zones

  domain = "vpc"
  tags   = merge(var.tags, { Name = "${var.name}-nat-${each.key}" })
}

resource "aws_nat_gateway" "this" {
  for_each = local.gateway_zones

  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.this[local.internet_subnets[each.key][0]].id
  tags          = merge(var.tags, { Name = "${var.name}-${each.key}" })

  # AWS refuses a gateway in a VPC that has no way out yet.
  depends_on = [aws_internet_gateway.this]
}

resource "aws_route_table" "this" {
  for_each = local.route_tables

  vpc_id = aws_vpc.this.id
  tags   = merge(var.tags, { Name = "${var.name}-${replace(each.key, "/", "-")}" })
}

resource "aws_route_table_association" "this" {
  for_each = local.route_table_of

  subnet_id      = aws_subnet.this[each.key].id
  route_table_id = aws_route_table.this[each.value].id
}

resource "aws_route" "internet" {
  count = length(local.internet_subnets) > 0 ? 1 : 0

  route_table_id         = aws_route_table.this["internet"].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this[0].id
}

resource "aws_route" "nat" {
  for_each = length(local.gateway_zones) == 0 ? toset([]) : local.nat_zones

  route_table_id         = aws_route_table.this["nat/${each.key}"].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = try(aws_nat_gateway.this[each.key].id, one(values(aws_nat_gateway.this)[*].id))
}
