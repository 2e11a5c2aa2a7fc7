output "address" {
  description = "Host name of the database."
  value       = module.database.address
}

output "master_secret_arn" {
  description = "Where RDS keeps the master password."
  value       = module.database.master_secret_arn
}

output "replica_address" {
  description = "Host name of the replica."
  value       = module.replica.address
}
