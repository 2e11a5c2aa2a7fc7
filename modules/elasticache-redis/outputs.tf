output "replication_group_id" {
  description = "Id of the replication group."
  value       = aws_elasticache_replication_group.this.id
}

output "arn" {
  description = "ARN of the replication group, for policies that allow `elasticache:Connect`."
  value       = aws_elasticache_replication_group.this.arn
}

output "member_cluster_ids" {
  description = "Ids of the nodes, the dimension `CacheClusterId` of CloudWatch."
  value       = aws_elasticache_replication_group.this.member_clusters
}

output "primary_address" {
  description = "Host name that always leads to the writable node."
  value       = aws_elasticache_replication_group.this.primary_endpoint_address
}

output "reader_address" {
  description = "Host name that spreads reads over the replicas."
  value       = aws_elasticache_replication_group.this.reader_endpoint_address
}

output "port" {
  description = "Port of the cache."
  value       = aws_elasticache_replication_group.this.port
}

output "user_names" {
  description = "What the users sign in as, by name."
  value       = { for name, user in aws_elasticache_user.this : name => user.user_name }
}

output "user_arns" {
  description = "ARNs of the users that sign in with IAM, by name, for policies that allow `elasticache:Connect`."
  value       = { for name, user in aws_elasticache_user.this : name => user.arn }
}

output "parameter_group_name" {
  description = "Name of the parameter group."
  value       = aws_elasticache_parameter_group.this.name
}

output "subnet_group_name" {
  description = "Name of the subnet group."
  value       = aws_elasticache_subnet_group.this.name
}

output "log_group_names" {
  description = "Log groups by kind of log."
  value       = { for kind, group in aws_cloudwatch_log_group.this : kind => group.name }
}
