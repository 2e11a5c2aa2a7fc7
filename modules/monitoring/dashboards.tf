locals {
  # A series is a list in CloudWatch: namespace, name, each dimension and its value, then the options.
  series = {
    for dashboard, widgets in var.dashboards : dashboard => [
      for widget in widgets : [
        for metric in widget.metrics : concat(
          metric.expression == null ? concat([metric.namespace, metric.name], flatten([for key, value in metric.dimensions : [key, value]])) : tolist([]),
          [{
            for key, value in {
              expression = metric.expression
              id         = metric.id
              label      = metric.label
              stat       = metric.statistic
              visible    = metric.visible
            } : key => value if value != null
          }],
        )
      ]
    ]
  }

  widgets = {
    for dashboard, widgets in var.dashboards : dashboard => [
      for index, widget in widgets : {
        width  = widget.width
        height = widget.height

        type = coalesce(
          widget.query == null ? null : "log",
          widget.markdown == null ? null : "text",
          length(widget.alarms) == 0 ? "metric" : "alarm",
        )

        properties = {
          for key, value in {
            title    = widget.markdown == null ? widget.title : null
            region   = length(widget.metrics) > 0 || widget.query != null ? coalesce(widget.region, local.region) : null
            metrics  = length(widget.metrics) > 0 ? local.series[dashboard][index] : null
            period   = length(widget.metrics) > 0 ? widget.period_seconds : null
            stacked  = length(widget.metrics) > 0 ? widget.stacked : null
            view     = widget.query != null ? "table" : (length(widget.metrics) > 0 ? widget.view : null)
            alarms   = length(widget.alarms) > 0 ? [for name in widget.alarms : local.alarm_arns[name]] : null
            markdown = widget.markdown == null ? null : "## ${widget.title}\n${widget.markdown}"
            query    = widget.query == null ? null : join(" | ", concat([for name in widget.log_group_names : "SOURCE '${name}'"], [widget.query]))
          } : key => value if value != null
        }
      }
    ]
  }
}

resource "aws_cloudwatch_dashboard" "this" {
  for_each = var.dashboards

  dashboard_name = "${var.name}-${each.key}"
  dashboard_body = jsonencode({ widgets = local.widgets[each.key] })
}
