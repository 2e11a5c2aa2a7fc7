environment = "development"
account_id  = "111111111111"

domain = {
  zone_name = "development.storymagic-alb-domain.com"
  site_name = "www.development.storymagic-alb-domain.com"
}

# SM-132: one task of 0.5 vCPU and 1 GB. SM-018, C-041: the minimum of 1 belongs here.
api = {
  cpu           = 512
  memory        = 1024
  desired_count = 1
  min_count     = 1
  max_count     = 1
}

# SM-133.
database = {
  instance_class = "db.t3.micro"
  multi_az       = false
}

# SM-134, SM-050, C-035: one node in one zone.
cache = {
  node_type = "cache.t3.micro"
  nodes     = 1
}

alert_emails = ["storymagic-development@example.com"]

# SM-138, C-043.
monthly_budget = { environment = 100 }

github_repository = "example/storymagic"

protect = false
