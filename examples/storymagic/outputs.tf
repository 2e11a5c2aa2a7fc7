output "site_url" {
  description = "Where viewers find the system."
  value       = "https://${var.domain.site_name}"
}

output "zone_name_servers" {
  description = "Name servers to enter at the registrar, or in the parent zone. Empty where the zone existed before."
  value       = flatten(aws_route53_zone.this[*].name_servers)
}

output "image_tag" {
  description = "Commit that runs: what a plan without a release plans with."
  value       = var.image_tag
}

output "ecr_repository_url" {
  description = "Where the pipeline pushes images."
  value       = module.registry.repository_url
}

output "ecs_cluster_name" {
  description = "Name of the cluster."
  value       = aws_ecs_cluster.this.name
}

output "ecs_service_name" {
  description = "Name of the service that the pipeline waits for."
  value       = module.api.service_names["blue"]
}

output "listener_rule_arn" {
  description = "Rule that holds the weights of blue and green."
  value       = module.api.listener_rule_arn
}

output "database_identifier" {
  description = "Name of the database instance, for snapshots."
  value       = module.database.identifier
}

output "distribution_id" {
  description = "Id of the distribution, for invalidations."
  value       = module.cdn.id
}

output "release_role_arn" {
  description = "Role of the pipeline: pushes images, saves the database, updates the service."
  value       = module.roles.role_arns["deploy"]
}

output "alerts_topic_arn" {
  description = "Topic of the alarms, for further subscribers."
  value       = module.monitoring.topic_arns["alerts"]
}
