output "cdn_certificate_arn" {
  description = "Certificate for CloudFront, in us-east-1."
  value       = module.cdn_certificate.arn
}

output "load_balancer_certificate_arn" {
  description = "Certificate for the load balancer, in its own region."
  value       = module.load_balancer_certificate.arn
}
