# SM-141, SM-142, C-043: 400 USD for the whole system, watched from production, and a share for each environment.
module "budget" {
  source = "../../modules/budget"

  channels = { team = { emails = var.alert_emails } }

  budgets = merge(
    {
      (local.name) = {
        amount     = var.monthly_budget.environment
        thresholds = [{ percent = 80 }, { percent = 90 }, { percent = 100 }]
        only       = { tags = { Environment = [local.environment], Project = ["storymagic"] } }
      }
    },
    {
      for amount in var.monthly_budget.total[*] : "storymagic" => {
        amount     = amount
        thresholds = [{ percent = 80 }, { percent = 90 }, { percent = 100 }]
        only       = { tags = { Project = ["storymagic"] } }
      }
    },
  )

  # SM-143.
  cost_allocation_tags = var.cost_allocation_tags
}
