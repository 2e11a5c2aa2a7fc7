output "validation_records" {
  description = "CNAME records to hand to whoever runs the DNS of example.com."
  value       = module.certificate.validation_records
}
