output "arn" {
  description = "ARN of the load balancer."
  value       = aws_lb.this.arn
}

output "arn_suffix" {
  description = "The load balancer as CloudWatch names it, in the dimension `LoadBalancer`."
  value       = aws_lb.this.arn_suffix
}

output "dns_name" {
  description = "Host name of the load balancer: what a DNS alias or a CDN origin points to."
  value       = aws_lb.this.dns_name
}

output "zone_id" {
  description = "Route 53 zone of `dns_name`, for an alias record."
  value       = aws_lb.this.zone_id
}

output "listener_arn" {
  description = "ARN of the listener that services hang their rules on: HTTPS, or HTTP where `http` is `serve`."
  value       = aws_lb_listener.this.arn
}
