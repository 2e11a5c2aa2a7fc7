output "bytes" {
  value = provider::slipway::parse_size("5MB") # 5000000
}
