output "identifier" {
  description = "Name of the instance, the dimension `DBInstanceIdentifier` of CloudWatch."
  value       = aws_db_instance.this.identifier
}

output "arn" {
  description = "ARN of the instance: what a replica follows and a backup replication copies."
  value       = aws_db_instance.this.arn
}

output "resource_id" {
  description = "Id that never changes, for IAM policies that allow `rds-db:connect`."
  value       = aws_db_instance.this.resource_id
}

output "address" {
  description = "Host name of the database."
  value       = aws_db_instance.this.address
}

output "port" {
  description = "Port of the database."
  value       = aws_db_instance.this.port
}

output "database_name" {
  description = "Database made at creation. Null if none was."
  value       = aws_db_instance.this.db_name
}

output "master_username" {
  description = "Name of the master user."
  value       = aws_db_instance.this.username
}

output "master_secret_arn" {
  description = "Secret that RDS keeps the master password in. Null where you chose the password."
  value       = try(aws_db_instance.this.master_user_secret[0].secret_arn, null)
}

output "parameter_group_name" {
  description = "Name of the parameter group."
  value       = aws_db_parameter_group.this.name
}

output "subnet_group_name" {
  description = "Name of the subnet group."
  value       = aws_db_subnet_group.this.name
}

output "log_group_names" {
  description = "Log groups by kind of log."
  value       = { for kind, group in aws_cloudwatch_log_group.this : kind => group.name }
}
