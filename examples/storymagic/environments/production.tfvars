environment = "production"
account_id  = "333333333333"

# SM-069: the origin is storymagic-alb-domain.com.
domain = {
  zone_name = "storymagic-alb-domain.com"
  site_name = "www.storymagic-alb-domain.com"
}

# SM-015, SM-019, SM-024, SM-025, SM-135; C-041: at least two tasks, although SM-018 says one.
api = {
  cpu           = 1024
  memory        = 2048
  desired_count = 2
  min_count     = 2
  max_count     = 4
}

# SM-035, SM-036, SM-037, SM-136.
database = {
  instance_class = "db.t3.medium"
  multi_az       = true
}

# SM-049, SM-137; C-035: two nodes, because the single node of SM-050 is "for development".
cache = {
  node_type = "cache.t3.micro"
  nodes     = 2
}

# SM-151, SM-155.
secret_replica_regions = ["eu-west-1"]

alert_emails = ["storymagic-alerts@example.com"]

# SM-139, SM-141, C-043.
monthly_budget = { environment = 300, total = 400 }

# SM-143.
cost_allocation_tags = ["Environment", "Component", "Project"]

github_repository = "example/storymagic"
