output "service_names" {
  description = "Names of the services by colour."
  value       = { for colour, service in aws_ecs_service.this : colour => service.name }
}

output "service_arns" {
  description = "ARNs of the services by colour."
  value       = { for colour, service in aws_ecs_service.this : colour => service.id }
}

output "cluster_name" {
  description = "Name of the cluster, for the dimension `ClusterName` of CloudWatch."
  value       = local.cluster_name
}

output "task_definition_arns" {
  description = "Revisions of the task definition by colour."
  value       = { for colour, definition in aws_ecs_task_definition.this : colour => definition.arn }
}

output "target_group_arns" {
  description = "ARNs of the target groups by colour: what a release shifts weights between. Empty without a load balancer."
  value       = { for colour, group in aws_lb_target_group.this : colour => group.arn }
}

output "target_group_arn_suffixes" {
  description = "The target groups as CloudWatch names them, by colour."
  value       = { for colour, group in aws_lb_target_group.this : colour => group.arn_suffix }
}

output "listener_rule_arn" {
  description = "ARN of the listener rule whose weights a release shifts. Null without a load balancer."
  value       = one(aws_lb_listener_rule.this[*].arn)
}

output "weights" {
  description = "Share of the requests by colour as the listener rule has it now, whoever set it. Empty without a load balancer."
  value       = { for colour, group in aws_lb_target_group.this : colour => lookup(local.live_weights, group.arn, 0) }
}

output "scaling_resource_ids" {
  description = "The services as Application Auto Scaling names them, by colour."
  value       = { for colour, target in aws_appautoscaling_target.this : colour => target.resource_id }
}

output "log_group_name" {
  description = "Log group of the containers."
  value       = aws_cloudwatch_log_group.this.name
}

output "log_group_arn" {
  description = "ARN of the log group of the containers."
  value       = aws_cloudwatch_log_group.this.arn
}
