variable "name" {
  description = "Base of all names: topics, alarms, dashboards, queries and the key's alias begin with it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,64}$", var.name))
    error_message = "name must be 1 to 64 characters out of letters, digits, underscore and hyphen."
  }
}

variable "topics" {
  description = "SNS topics for messages to people and programs, by purpose, each with its subscribers by protocol. E-mail subscribers get a mail that they must confirm. Beside CloudWatch, and EventBridge for the topics that `events` names, the services in `publishers` may publish on behalf of this account."
  type = map(object({
    emails      = optional(set(string), [])
    https       = optional(set(string), [])
    lambda_arns = optional(set(string), [])
    sqs_arns    = optional(set(string), [])
    publishers  = optional(set(string), ["budgets.amazonaws.com", "costalerts.amazonaws.com"])
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue(flatten([for topic in values(var.topics) : [for email in topic.emails : can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", email))]]))
    error_message = "Every e-mail address of a topic must have the form name@host."
  }

  validation {
    condition     = alltrue(flatten([for topic in values(var.topics) : [for url in topic.https : startswith(url, "https://")]]))
    error_message = "Every entry of https must begin with https://."
  }

  validation {
    condition     = alltrue([for topic in values(var.topics) : !contains(topic.publishers, "events.amazonaws.com")])
    error_message = "publishers must not hold events.amazonaws.com: EventBridge is refused under the condition that the others have. It is let in where an entry of events names the topic."
  }
}

variable "encryption" {
  description = "Encrypt the topics with a key that CloudWatch may use: the one in `kms_key_arn`, whose policy must allow it, or one that the module makes. `enabled = false` leaves the topics unencrypted."
  type = object({
    enabled     = optional(bool, true)
    kms_key_arn = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.encryption.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.encryption.kms_key_arn))
    error_message = "encryption.kms_key_arn must be the ARN of a customer managed key: CloudWatch cannot publish to a topic under alias/aws/sns."
  }
}

variable "log_groups" {
  description = "Log groups by name, for sources that would otherwise make them without a retention. `retention_days` 0 keeps logs for ever."
  type = map(object({
    retention_days = number
    kms_key_arn    = optional(string)
    tags           = optional(map(string), {})
  }))
  default  = {}
  nullable = false

  validation {
    condition = alltrue([for group in values(var.log_groups) : contains(
      [0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], group.retention_days
    )])
    error_message = "retention_days must be one of the values that CloudWatch Logs offers: 0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}

variable "metric_filters" {
  description = "Metrics counted from logs, by name: `pattern` picks the lines, `value` is a number or a field such as `$.seconds`. `dimensions` take fields as values (at most three) and exclude `default_value`."
  type = map(object({
    log_group_name = string
    pattern        = string
    namespace      = string
    metric         = string
    value          = optional(string, "1")
    unit           = optional(string, "None")
    dimensions     = optional(map(string), {})
    default_value  = optional(number)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for filter in values(var.metric_filters) : length(filter.dimensions) <= 3])
    error_message = "A metric filter takes at most three dimensions."
  }

  validation {
    condition     = alltrue([for filter in values(var.metric_filters) : length(filter.dimensions) == 0 || filter.default_value == null])
    error_message = "A metric filter with dimensions takes no default_value: CloudWatch would not know for which dimension."
  }

  validation {
    condition     = alltrue([for filter in values(var.metric_filters) : !startswith(filter.namespace, "AWS/")])
    error_message = "A metric filter must not write into a namespace that begins with AWS/: those belong to AWS."
  }
}

variable "alarms" {
  description = "Alarms by name. Exactly one of `metric` (one series) and `expression` (arithmetic over the series in `metrics`, by id). `statistic` is Average, Sum, Minimum, Maximum, SampleCount or a percentile such as p95. `notify` names topics; an alarm without any only shows its state. `actions` are further ARNs to call. `missing_data` says what no data means: missing, notBreaching, breaching or ignore."
  type = map(object({
    description = string
    metric = optional(object({
      namespace  = string
      name       = string
      dimensions = optional(map(string), {})
      statistic  = optional(string, "Average")
      unit       = optional(string)
    }))
    expression = optional(string)
    metrics = optional(map(object({
      namespace  = string
      name       = string
      dimensions = optional(map(string), {})
      statistic  = optional(string, "Sum")
    })), {})
    comparison          = optional(string, "GreaterThanThreshold")
    threshold           = number
    period_seconds      = optional(number, 60)
    evaluation_periods  = optional(number, 1)
    datapoints_to_alarm = optional(number)
    missing_data        = optional(string, "missing")
    notify              = optional(set(string), [])
    notify_recovery     = optional(bool, true)
    actions             = optional(set(string), [])
    tags                = optional(map(string), {})
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : (alarm.metric == null) != (alarm.expression == null)])
    error_message = "An alarm must have exactly one of metric and expression."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : (alarm.expression == null) == (length(alarm.metrics) == 0)])
    error_message = "An expression needs metrics to compute with, and metrics need an expression."
  }

  validation {
    condition     = alltrue(flatten([for alarm in values(var.alarms) : [for id in keys(alarm.metrics) : can(regex("^[a-z][A-Za-z0-9_]*$", id)) && id != "result"]]))
    error_message = "The id of a metric must begin with a lower-case letter, hold only letters, digits and underscores, and not be \"result\"."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : contains(["GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"], alarm.comparison)])
    error_message = "comparison must be GreaterThanThreshold, GreaterThanOrEqualToThreshold, LessThanThreshold or LessThanOrEqualToThreshold."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : contains([10, 20, 30], alarm.period_seconds) || (alarm.period_seconds > 0 && alarm.period_seconds % 60 == 0)])
    error_message = "period_seconds must be 10, 20, 30 or a multiple of 60."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : alarm.period_seconds * alarm.evaluation_periods <= 604800])
    error_message = "period_seconds times evaluation_periods must not exceed seven days (604800): CloudWatch looks back no further."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : alarm.datapoints_to_alarm == null ? true : alarm.datapoints_to_alarm <= alarm.evaluation_periods])
    error_message = "datapoints_to_alarm must not exceed evaluation_periods."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : contains(["missing", "notBreaching", "breaching", "ignore"], alarm.missing_data)])
    error_message = "missing_data must be missing, notBreaching, breaching or ignore."
  }

  validation {
    condition     = alltrue([for statistic in flatten([for alarm in values(var.alarms) : concat(alarm.metric[*].statistic, values(alarm.metrics)[*].statistic)]) : can(regex("^(Average|Sum|Minimum|Maximum|SampleCount|(p|tm|wm|tc|ts)[0-9]{1,2}(\\.[0-9]+)?)$", statistic))])
    error_message = "statistic must be Average, Sum, Minimum, Maximum, SampleCount or a percentile or trimmed mean such as p95 or tm99."
  }

  validation {
    condition     = alltrue(flatten([for alarm in values(var.alarms) : [for topic in alarm.notify : contains(keys(var.topics), topic)]]))
    error_message = "Every name in notify of an alarm must be a key of topics."
  }
}

variable "composite_alarms" {
  description = "Alarms over alarms, by name: in alarm when any alarm of `any_of` and every alarm of `all_of` is. Names are keys of `alarms`."
  type = map(object({
    description = string
    any_of      = optional(set(string), [])
    all_of      = optional(set(string), [])
    notify      = optional(set(string), [])
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(setintersection(keys(var.composite_alarms), keys(var.alarms))) == 0
    error_message = "A composite alarm must not have the name of an alarm: CloudWatch would overwrite one with the other."
  }

  validation {
    condition     = alltrue([for alarm in values(var.composite_alarms) : length(alarm.any_of) + length(alarm.all_of) > 0])
    error_message = "A composite alarm needs at least one alarm in any_of or all_of."
  }

  validation {
    condition     = alltrue(flatten([for alarm in values(var.composite_alarms) : [for name in setunion(alarm.any_of, alarm.all_of) : contains(keys(var.alarms), name)]]))
    error_message = "Every name in any_of and all_of must be a key of alarms."
  }

  validation {
    condition     = alltrue(flatten([for alarm in values(var.composite_alarms) : [for topic in alarm.notify : contains(keys(var.topics), topic)]]))
    error_message = "Every name in notify of a composite alarm must be a key of topics."
  }
}

variable "dashboards" {
  description = "Dashboards by purpose, each a list of widgets that flow from left to right in a grid of 24 columns. A widget holds exactly one of `metrics` (a series by name, or an expression), `query` (Logs Insights over `log_group_names`), `alarms` (keys of `alarms`) and `markdown`."
  type = map(list(object({
    title  = string
    width  = optional(number, 12)
    height = optional(number, 6)
    region = optional(string)
    metrics = optional(list(object({
      namespace  = optional(string)
      name       = optional(string)
      dimensions = optional(map(string), {})
      statistic  = optional(string)
      expression = optional(string)
      id         = optional(string)
      label      = optional(string)
      visible    = optional(bool)
    })), [])
    period_seconds  = optional(number, 300)
    view            = optional(string, "timeSeries")
    stacked         = optional(bool, false)
    query           = optional(string)
    log_group_names = optional(list(string), [])
    alarms          = optional(list(string), [])
    markdown        = optional(string)
  })))
  default  = {}
  nullable = false

  validation {
    condition = alltrue(flatten([for widgets in values(var.dashboards) : [for widget in widgets :
      length([for filled in [length(widget.metrics) > 0, widget.query != null, length(widget.alarms) > 0, widget.markdown != null] : filled if filled]) == 1
    ]]))
    error_message = "A widget must hold exactly one of metrics, query, alarms and markdown."
  }

  validation {
    condition     = alltrue(flatten([for widgets in values(var.dashboards) : [for widget in widgets : [for metric in widget.metrics : (metric.expression == null) == (metric.namespace != null && metric.name != null)]]]))
    error_message = "A metric of a widget must be either an expression or a namespace and a name."
  }

  validation {
    condition     = alltrue(flatten([for widgets in values(var.dashboards) : [for widget in widgets : widget.width >= 1 && widget.width <= 24]]))
    error_message = "The width of a widget must lie between 1 and 24."
  }

  validation {
    condition     = alltrue(flatten([for widgets in values(var.dashboards) : [for widget in widgets : widget.query == null || length(widget.log_group_names) > 0]]))
    error_message = "A widget with a query needs log_group_names."
  }

  validation {
    condition     = alltrue(flatten([for widgets in values(var.dashboards) : [for widget in widgets : [for name in widget.alarms : contains(keys(var.alarms), name)]]]))
    error_message = "Every name in alarms of a widget must be a key of alarms."
  }
}

variable "queries" {
  description = "Saved Logs Insights queries, by name; a slash in the name makes a folder."
  type = map(object({
    log_group_names = list(string)
    query           = string
  }))
  default  = {}
  nullable = false
}

variable "events" {
  description = "EventBridge rules that report to a topic, by name: `pattern` is the JSON of an event pattern, `schedule` a rate or cron expression."
  type = map(object({
    description = string
    pattern     = optional(string)
    schedule    = optional(string)
    notify      = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for event in values(var.events) : (event.pattern == null) != (event.schedule == null)])
    error_message = "An event must have exactly one of pattern and schedule."
  }

  validation {
    condition     = alltrue([for event in values(var.events) : event.pattern == null ? true : can(jsondecode(event.pattern))])
    error_message = "The pattern of an event must be JSON."
  }

  validation {
    condition     = alltrue([for event in values(var.events) : contains(keys(var.topics), event.notify)])
    error_message = "notify of an event must be a key of topics."
  }
}

variable "xray" {
  description = "How many requests X-Ray traces, and which traces belong together. A rule of `sampling_rules` takes the first `reservoir` requests of each second and `rate` (0 to 1) of the rest; lower `priority` wins. `groups` hold a filter expression."
  type = object({
    sampling_rules = optional(map(object({
      rate         = number
      reservoir    = optional(number, 1)
      priority     = optional(number, 1000)
      service_name = optional(string, "*")
      service_type = optional(string, "*")
      host         = optional(string, "*")
      http_method  = optional(string, "*")
      url_path     = optional(string, "*")
    })), {})
    groups = optional(map(object({
      filter   = string
      insights = optional(bool, false)
    })), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for rule in values(var.xray.sampling_rules) : rule.rate >= 0 && rule.rate <= 1])
    error_message = "The rate of a sampling rule must lie between 0 (none) and 1 (all)."
  }

  validation {
    condition     = alltrue([for name in concat(keys(var.xray.sampling_rules), keys(var.xray.groups)) : length(name) <= 32])
    error_message = "The name of a sampling rule or a group must have at most 32 characters."
  }

  validation {
    condition     = alltrue([for rule in values(var.xray.sampling_rules) : rule.priority >= 1 && rule.priority <= 9999])
    error_message = "The priority of a sampling rule must lie between 1 and 9999."
  }
}

variable "tags" {
  description = "Tags of every resource, in addition to the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
