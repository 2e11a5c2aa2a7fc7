# C-044: the document names staging but gives it no sizes. It has the shape of production (two tasks, Multi-AZ, two cache
# nodes), so that a release and a failover can be rehearsed, in smaller sizes.
environment = "staging"
account_id  = "222222222222"

domain = {
  zone_name = "staging.storymagic-alb-domain.com"
  site_name = "www.staging.storymagic-alb-domain.com"
}

api = {
  cpu           = 512
  memory        = 1024
  desired_count = 2
  min_count     = 1
  max_count     = 2
}

database = {
  instance_class = "db.t3.small"
  multi_az       = true
}

cache = {
  node_type = "cache.t3.micro"
  nodes     = 2
}

alert_emails = ["storymagic-staging@example.com"]

monthly_budget = { environment = 200 }

github_repository = "example/storymagic"
