data "aws_partition" "current" {}

data "aws_region" "current" {}

resource "aws_cloudwatch_log_group" "this" {
  for_each = var.monitoring.log_exports

  name              = "/aws/rds/instance/${var.identifier}/${each.key}"
  retention_in_days = var.monitoring.log_retention_days
  tags              = var.tags
}

resource "aws_iam_role" "monitoring" {
  count = var.monitoring.enhanced_interval_seconds > 0 ? 1 : 0

  # Roles are known in every region, and a replica may have the same name there.
  name = "${var.identifier}-monitoring-${data.aws_region.current.id}"
  tags = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "monitoring.rds.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  count = var.monitoring.enhanced_interval_seconds > 0 ? 1 : 0

  role       = aws_iam_role.monitoring[0].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}
