output "seconds" {
  value = provider::slipway::parse_duration("1h30m") # 5400
}
