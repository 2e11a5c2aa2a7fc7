output "topic_arns" {
  description = "ARN of every topic, by purpose."
  value       = module.monitoring.topic_arns
}
