variable "budgets" {
  description = "Budgets by name. A threshold is a percentage of `amount`, reached by what was spent (`actual`) or is expected by the end of the period (`forecasted`), and is sent to the channels in `notify` (none named: to all). `only` narrows a budget to services, accounts, regions or tags (`{ Environment = [\"production\"] }`). Credits and refunds are left out unless asked for, because they hide what is being spent."
  type = map(object({
    amount          = number
    currency        = optional(string, "USD")
    period          = optional(string, "MONTHLY")
    include_credits = optional(bool, false)
    include_refunds = optional(bool, false)
    thresholds = optional(set(object({
      percent = number
      basis   = optional(string, "actual")
      notify  = optional(set(string), [])
    })), [{ percent = 80 }, { percent = 90 }, { percent = 100 }])
    only = optional(object({
      services = optional(set(string), [])
      accounts = optional(set(string), [])
      regions  = optional(set(string), [])
      tags     = optional(map(set(string)), {})
    }), {})
  }))
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.budgets) : length(name) <= 100 && !can(regex("[:\\\\]|/action/", name))])
    error_message = "A budget's name must have at most 100 characters and hold neither a colon, nor a backslash, nor \"/action/\"."
  }

  validation {
    condition     = alltrue([for budget in values(var.budgets) : budget.amount > 0])
    error_message = "The amount of a budget must be greater than 0."
  }

  validation {
    condition     = alltrue([for budget in values(var.budgets) : contains(["DAILY", "MONTHLY", "QUARTERLY", "ANNUALLY"], budget.period)])
    error_message = "The period of a budget must be DAILY, MONTHLY, QUARTERLY or ANNUALLY."
  }

  validation {
    condition     = alltrue(flatten([for budget in values(var.budgets) : [for threshold in budget.thresholds : contains(["actual", "forecasted"], threshold.basis)]]))
    error_message = "The basis of a threshold must be actual or forecasted."
  }

  validation {
    condition     = alltrue(flatten([for budget in values(var.budgets) : [for threshold in budget.thresholds : threshold.percent > 0 && threshold.percent <= 1000]]))
    error_message = "The percent of a threshold must lie between 0 and 1000."
  }

  validation {
    condition     = alltrue([for budget in values(var.budgets) : length(budget.thresholds) == length(distinct([for threshold in budget.thresholds : "${threshold.percent} ${threshold.basis}"]))])
    error_message = "A budget must not have two thresholds of the same percent and basis: name all channels in one."
  }

  validation {
    condition     = alltrue([for budget in values(var.budgets) : length(budget.thresholds) <= 10])
    error_message = "A budget takes at most 10 thresholds: AWS allows no more notifications."
  }

  validation {
    condition     = alltrue([for budget in values(var.budgets) : budget.period != "DAILY" || alltrue([for threshold in budget.thresholds : threshold.basis == "actual"])])
    error_message = "A DAILY budget takes no forecasted threshold: AWS does not forecast a day."
  }

  validation {
    condition     = alltrue(flatten([for budget in values(var.budgets) : [for threshold in budget.thresholds : [for channel in threshold.notify : contains(keys(var.channels), channel)]]]))
    error_message = "Every name in notify must be a key of channels."
  }

  validation {
    condition     = length(var.channels) > 0 || alltrue([for budget in values(var.budgets) : length(budget.thresholds) == 0])
    error_message = "Thresholds need at least one channel: AWS refuses a notification that nobody gets."
  }
}

variable "channels" {
  description = "Who is told, by name: up to ten e-mail addresses and one SNS topic. The topic's policy must let `budgets.amazonaws.com` publish, and `costalerts.amazonaws.com` too where `anomalies` use it."
  type = map(object({
    emails        = optional(set(string), [])
    sns_topic_arn = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for channel in values(var.channels) : length(channel.emails) > 0 || channel.sns_topic_arn != null])
    error_message = "A channel needs an e-mail address or a topic."
  }

  validation {
    condition     = length(distinct(flatten([for channel in values(var.channels) : tolist(channel.emails)]))) <= 10
    error_message = "All channels together may hold at most 10 e-mail addresses: AWS allows no more for one notification."
  }

  validation {
    condition     = alltrue(flatten([for channel in values(var.channels) : [for email in channel.emails : can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", email))]]))
    error_message = "Every e-mail address must have the form name@host."
  }
}

variable "actions" {
  description = "What AWS does by itself when a budget's threshold is reached, by name: attach a policy (usually one that denies) to `roles`, `users` or `groups`, or stop EC2 or RDS instances. `AUTOMATIC` acts at once, `MANUAL` waits for an approval in the console. AWS notices hours late; an action fires once per period. Nothing here stops Lambda, Fargate or S3: only a denying policy reaches them."
  type = map(object({
    budget             = string
    percent            = number
    basis              = optional(string, "actual")
    approval           = optional(string, "MANUAL")
    execution_role_arn = string
    notify             = optional(set(string), [])
    attach_policy = optional(object({
      policy_arn = string
      roles      = optional(set(string), [])
      users      = optional(set(string), [])
      groups     = optional(set(string), [])
    }))
    stop_instances = optional(object({
      service      = string
      region       = string
      instance_ids = set(string)
    }))
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for action in values(var.actions) : contains(keys(var.budgets), action.budget)])
    error_message = "The budget of an action must be a key of budgets."
  }

  validation {
    condition     = alltrue([for action in values(var.actions) : (action.attach_policy == null) != (action.stop_instances == null)])
    error_message = "An action must have exactly one of attach_policy and stop_instances."
  }

  validation {
    condition     = alltrue([for action in values(var.actions) : contains(["AUTOMATIC", "MANUAL"], action.approval) && contains(["actual", "forecasted"], action.basis)])
    error_message = "The approval of an action must be AUTOMATIC or MANUAL, its basis actual or forecasted."
  }

  validation {
    condition     = alltrue([for action in values(var.actions) : action.attach_policy == null ? true : length(setunion(action.attach_policy.roles, action.attach_policy.users, action.attach_policy.groups)) > 0])
    error_message = "attach_policy must name at least one role, user or group."
  }

  validation {
    condition     = alltrue([for action in values(var.actions) : action.stop_instances == null ? true : contains(["EC2", "RDS"], action.stop_instances.service)])
    error_message = "stop_instances.service must be EC2 or RDS: AWS Budgets stops nothing else."
  }

  validation {
    condition     = length(var.actions) == 0 || length(var.channels) > 0
    error_message = "Actions need at least one channel: AWS tells somebody before it acts."
  }
}

variable "anomalies" {
  description = "Report unusual spend of any service from `minimum_impact` in the account's currency on: `DAILY` or `WEEKLY` by e-mail, `IMMEDIATE` by the topic of the channel. An account has one monitor of this kind. Null watches for none."
  type = object({
    name           = string
    minimum_impact = number
    frequency      = optional(string, "DAILY")
    channel        = string
  })
  default = null

  validation {
    condition     = var.anomalies == null ? true : contains(["DAILY", "WEEKLY", "IMMEDIATE"], var.anomalies.frequency)
    error_message = "anomalies.frequency must be DAILY, WEEKLY or IMMEDIATE."
  }

  validation {
    condition     = var.anomalies == null ? true : contains(keys(var.channels), var.anomalies.channel)
    error_message = "anomalies.channel must be a key of channels."
  }

  validation {
    condition     = var.anomalies == null ? true : (var.anomalies.frequency == "IMMEDIATE" ? try(var.channels[var.anomalies.channel].sns_topic_arn, null) != null : length(try(var.channels[var.anomalies.channel].emails, [])) > 0)
    error_message = "IMMEDIATE anomalies go to a topic, DAILY and WEEKLY ones to e-mail addresses: the channel lacks what the frequency needs."
  }
}

variable "cost_allocation_tags" {
  description = "Tag keys by which the bill is split, activated in the account that pays. AWS knows a key only some 24 hours after the first resource carried it and refuses it before."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "tags" {
  description = "Tags of every resource, in addition to the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
