output "vpc_id" {
  description = "Id of the VPC."
  value       = aws_vpc.this.id
}

output "vpc_arn" {
  description = "ARN of the VPC."
  value       = aws_vpc.this.arn
}

output "cidr" {
  description = "IPv4 range of the VPC."
  value       = aws_vpc.this.cidr_block
}

output "subnet_ids" {
  description = "Ids of the subnets by tier, in the order of their zones."
  value       = { for name, tier in var.tiers : name => [for zone in sort(keys(tier.subnets)) : aws_subnet.this["${name}/${zone}"].id] }
}

output "subnet_ids_by_zone" {
  description = "Ids of the subnets by tier and zone."
  value       = { for name, tier in var.tiers : name => { for zone in keys(tier.subnets) : zone => aws_subnet.this["${name}/${zone}"].id } }
}

output "subnet_cidrs" {
  description = "IPv4 ranges of the subnets by tier, in the order of their zones."
  value       = { for name, tier in var.tiers : name => [for zone in sort(keys(tier.subnets)) : tier.subnets[zone]] }
}

output "route_table_ids" {
  description = "Ids of the route tables: `internet`, `none`, and `nat/<zone>`."
  value       = { for key, table in aws_route_table.this : key => table.id }
}

output "network_acl_ids" {
  description = "Ids of the network ACLs by tier."
  value       = { for name, acl in aws_network_acl.this : name => acl.id }
}

output "nat_public_ips" {
  description = "Addresses that traffic from `nat` tiers comes from, by zone of the gateway: what a partner puts on an allow list."
  value       = { for zone, address in aws_eip.nat : zone => address.public_ip }
}

output "endpoint_ids" {
  description = "Ids of the endpoints by service."
  value       = { for service, endpoint in merge(aws_vpc_endpoint.gateway, aws_vpc_endpoint.interface) : service => endpoint.id }
}

output "endpoint_prefix_list_ids" {
  description = "Prefix lists of the gateway endpoints by service, for security group rules."
  value       = { for service, endpoint in aws_vpc_endpoint.gateway : service => endpoint.prefix_list_id }
}

output "flow_log_group_arn" {
  description = "ARN of the log group that the flow logs go to. Null if they go to a bucket, or nowhere."
  value       = one(aws_cloudwatch_log_group.flow_logs[*].arn)
}
