output "topic_arns" {
  description = "ARN of every topic, by purpose."
  value       = { for name, topic in aws_sns_topic.this : name => topic.arn }

  # Whoever publishes to a topic must find that it is allowed to.
  depends_on = [aws_sns_topic_policy.this]
}

output "topic_kms_key_arn" {
  description = "ARN of the key that the module made for the topics, null where it made none."
  value       = one(aws_kms_key.topics[*].arn)
}

output "alarm_arns" {
  description = "ARN of every alarm and composite alarm, by name."
  value       = { for name, alarm in merge(aws_cloudwatch_metric_alarm.this, aws_cloudwatch_composite_alarm.this) : name => alarm.arn }
}

output "log_group_arns" {
  description = "ARN of every log group, by name."
  value       = { for name, group in aws_cloudwatch_log_group.this : name => group.arn }
}

output "dashboard_arns" {
  description = "ARN of every dashboard, by purpose."
  value       = { for name, dashboard in aws_cloudwatch_dashboard.this : name => dashboard.dashboard_arn }
}
