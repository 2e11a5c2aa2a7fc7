output "name" {
  description = "Name of the repository."
  value       = aws_ecr_repository.this.name
}

output "arn" {
  description = "ARN of the repository, for policies that allow pushing and pulling."
  value       = aws_ecr_repository.this.arn
}

output "repository_url" {
  description = "Address of the repository: an image is this, a colon and its tag."
  value       = aws_ecr_repository.this.repository_url
}

output "registry_id" {
  description = "Account that holds the repository."
  value       = aws_ecr_repository.this.registry_id
}
