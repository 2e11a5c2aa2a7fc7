locals {
  metric_namespace = "StoryMagic${local.suffix}"
  service_metrics  = { ClusterName = local.cluster_name, ServiceName = local.api_name }

  # C-040: the document calls the series story_generation_time and content_safety_violations where it lists metrics, and
  # GenerationTimeouts and SafetyViolations where it lists alarms. Both exist: the former by their dimensions, for
  # dashboards, the latter as totals, for alarms. All are counted from the JSON lines that the API logs.
  log_metrics = {
    # SM-105.
    story-generation-time = { event = "story_generated", metric = "story_generation_time", value = "$.seconds", unit = "Seconds", dimensions = { theme = "$.theme", age_group = "$.age_group" } }
    # SM-106.
    content-safety-violations = { event = "safety_violation", metric = "content_safety_violations", value = "1", unit = "Count", dimensions = { violation_type = "$.violation_type" } }
    # SM-107.
    api-response-time = { event = "request", metric = "api_response_time", value = "$.milliseconds", unit = "Milliseconds", dimensions = { endpoint = "$.endpoint", method = "$.method" } }
    # SM-114.
    external-api-time = { event = "external_call", metric = "external_api_response_time", value = "$.milliseconds", unit = "Milliseconds", dimensions = { service = "$.service" } }
    # SM-110, SM-111.
    generation-timeouts = { event = "generation_timeout", metric = "GenerationTimeouts", value = "1", unit = "Count", dimensions = {} }
    generation-attempts = { event = "generation_started", metric = "GenerationAttempts", value = "1", unit = "Count", dimensions = {} }
    safety-violations   = { event = "safety_violation", metric = "SafetyViolations", value = "1", unit = "Count", dimensions = {} }
  }
}

module "monitoring" {
  source = "../../modules/monitoring"

  name   = local.name
  topics = { alerts = { emails = var.alert_emails } }

  metric_filters = {
    for name, metric in local.log_metrics : name => {
      log_group_name = module.api.log_group_name
      pattern        = "{ $.event = \"${metric.event}\" }"
      namespace      = local.metric_namespace
      metric         = metric.metric
      value          = metric.value
      unit           = metric.unit
      dimensions     = metric.dimensions
      default_value  = length(metric.dimensions) == 0 ? 0 : null
    }
  }

  alarms = {
    # SM-108, C-042: it notifies only. Scaling belongs to target tracking, which has alarms of its own.
    high-cpu = {
      description        = "The API has used more than 80 % of its CPU for 5 minutes"
      metric             = { namespace = "AWS/ECS", name = "CPUUtilization", dimensions = local.service_metrics }
      threshold          = 80
      period_seconds     = 60
      evaluation_periods = 5
      notify             = ["alerts"]
    }

    # SM-109: 90 % of the 200 that the parameter group allows.
    database-connections = {
      description = "More than 180 of the 200 database connections are open"
      metric      = { namespace = "AWS/RDS", name = "DatabaseConnections", dimensions = { DBInstanceIdentifier = local.database_id } }
      threshold   = 180
      notify      = ["alerts"]
      tags        = local.database_tags
    }

    # SM-110, C-040.
    generation-timeout-rate = {
      description = "More than 5 % of the stories of 10 minutes timed out"
      expression  = "100 * timeouts / attempts"
      metrics = {
        timeouts = { namespace = local.metric_namespace, name = "GenerationTimeouts", statistic = "Sum" }
        attempts = { namespace = local.metric_namespace, name = "GenerationAttempts", statistic = "Sum" }
      }
      threshold      = 5
      period_seconds = 600
      missing_data   = "notBreaching"
      notify         = ["alerts"]
    }

    # SM-111.
    content-safety-violations = {
      description        = "A story broke the safety rules"
      metric             = { namespace = local.metric_namespace, name = "SafetyViolations", statistic = "Sum" }
      threshold          = 0
      period_seconds     = 60
      evaluation_periods = 1
      missing_data       = "notBreaching"
      notify             = ["alerts"]
    }
  }

  dashboards = {
    # SM-114.
    apm = [
      {
        title   = "Story generation latency by theme"
        metrics = [{ expression = "SEARCH('{${local.metric_namespace},theme,age_group} MetricName=\"story_generation_time\"', 'p95', 300)", label = "p95" }]
      },
      {
        title = "Database query performance"
        metrics = [
          for metric in ["ReadLatency", "WriteLatency", "DatabaseConnections"] :
          { namespace = "AWS/RDS", name = metric, dimensions = { DBInstanceIdentifier = local.database_id }, statistic = "Average" }
        ]
      },
      {
        title   = "External API response times"
        metrics = [{ expression = "SEARCH('{${local.metric_namespace},service} MetricName=\"external_api_response_time\"', 'p95', 300)", label = "p95" }]
      },
      {
        title = "Cache hits and misses"
        metrics = [
          for metric in ["CacheHits", "CacheMisses"] :
          { expression = "SEARCH('{AWS/ElastiCache,CacheClusterId} MetricName=\"${metric}\" CacheClusterId=\"${local.cache_id}\"', 'Sum', 300)", label = metric }
        ]
      },
    ]

    overview = [
      { title = "Alarms", width = 24, height = 3, alarms = ["high-cpu", "database-connections", "generation-timeout-rate", "content-safety-violations"] },
      {
        title   = "Tasks"
        metrics = [for metric in ["CPUUtilization", "MemoryUtilization"] : { namespace = "AWS/ECS", name = metric, dimensions = local.service_metrics, statistic = "Average" }]
      },
      {
        title = "Load balancer"
        metrics = [
          { expression = "SEARCH('{AWS/ApplicationELB,LoadBalancer} MetricName=\"RequestCount\" LoadBalancer=\"app/${local.alb_name}\"', 'Sum', 60)", label = "requests" },
          { expression = "SEARCH('{AWS/ApplicationELB,LoadBalancer} MetricName=\"HTTPCode_Target_5XX_Count\" LoadBalancer=\"app/${local.alb_name}\"', 'Sum', 60)", label = "5xx" },
        ]
      },
      {
        # SM-107.
        title   = "Response time by endpoint"
        metrics = [{ expression = "SEARCH('{${local.metric_namespace},endpoint,method} MetricName=\"api_response_time\"', 'p95', 300)", label = "p95" }]
      },
      {
        # SM-106.
        title   = "Content safety violations by type"
        metrics = [{ expression = "SEARCH('{${local.metric_namespace},violation_type} MetricName=\"content_safety_violations\"', 'Sum', 300)", label = "violations" }]
      },
      {
        title           = "Latest errors"
        width           = 24
        query           = "filter level = \"error\" | sort @timestamp desc | limit 20"
        log_group_names = [module.api.log_group_name]
      },
    ]
  }

  queries = {
    slow-stories = {
      log_group_names = [module.api.log_group_name]
      query           = "filter event = \"story_generated\" and seconds > 10 | stats count() as stories, avg(seconds) by theme"
    }
  }

  # SM-113.
  xray = { sampling_rules = { (local.name) = { rate = 0.1, service_name = local.api_name } } }
}
