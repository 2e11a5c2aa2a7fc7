terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.95, < 7"
    }
  }
}

provider "aws" {
  region = var.region
}

locals {
  service = { ClusterName = "storymagic-production", ServiceName = "storymagic-api" }
}

module "monitoring" {
  source = "../.."

  name = "storymagic"

  topics = {
    alerts   = { emails = ["ops@example.com"] }
    critical = { emails = ["oncall@example.com"], https = ["https://hooks.example.com/oncall"] }
  }

  log_groups = { "/app/storymagic" = { retention_days = 30 } }

  metric_filters = {
    generation-timeouts = {
      log_group_name = "/app/storymagic"
      pattern        = "{ $.event = \"generation_timeout\" }"
      namespace      = "StoryMagic"
      metric         = "GenerationTimeouts"
      default_value  = 0
    }
    story-generation-time = {
      log_group_name = "/app/storymagic"
      pattern        = "{ $.event = \"story_generated\" }"
      namespace      = "StoryMagic"
      metric         = "story_generation_time"
      value          = "$.seconds"
      unit           = "Seconds"
      dimensions     = { theme = "$.theme", age_group = "$.age_group" }
    }
  }

  alarms = {
    high-cpu = {
      description        = "The service has used more than 80 % of its CPU for five minutes"
      metric             = { namespace = "AWS/ECS", name = "CPUUtilization", dimensions = local.service }
      threshold          = 80
      evaluation_periods = 5
      notify             = ["alerts"]
    }
    timeout-rate = {
      description = "More than 5 % of the stories of ten minutes timed out"
      expression  = "100 * timeouts / attempts"
      metrics = {
        timeouts = { namespace = "StoryMagic", name = "GenerationTimeouts" }
        attempts = { namespace = "StoryMagic", name = "GenerationAttempts" }
      }
      threshold      = 5
      period_seconds = 600
      missing_data   = "notBreaching"
      notify         = ["alerts"]
    }
  }

  composite_alarms = {
    overloaded = {
      description = "Stories time out while the service is short of CPU"
      all_of      = ["high-cpu", "timeout-rate"]
      notify      = ["critical"]
    }
  }

  dashboards = {
    overview = [
      { title = "CPU", metrics = [{ namespace = "AWS/ECS", name = "CPUUtilization", dimensions = local.service }] },
      { title = "Story generation by theme", metrics = [{ expression = "SEARCH('{StoryMagic,theme,age_group} MetricName=\"story_generation_time\"', 'p95', 300)", label = "p95" }] },
      { title = "Latest errors", width = 24, query = "filter level = 'error' | sort @timestamp desc | limit 20", log_group_names = ["/app/storymagic"] },
      { title = "Alarms", alarms = ["high-cpu", "timeout-rate"] },
      { title = "Runbook", markdown = "Start at the alarms, then at the latest errors." },
    ]
  }

  queries = {
    "slow stories" = { log_group_names = ["/app/storymagic"], query = "filter seconds > 10 | stats count() by theme" }
  }

  events = {
    secret-read = {
      description = "A secret was read"
      pattern     = jsonencode({ source = ["aws.secretsmanager"], detail = { eventName = ["GetSecretValue"] } })
      notify      = "alerts"
    }
  }

  xray = {
    sampling_rules = { storymagic = { rate = 0.1 } }
    groups         = { slow-stories = { filter = "service(\"storymagic-api\") AND responsetime > 5" } }
  }

  tags = { Component = "api" }
}
