locals {
  # Workspace, variable file and credentials are chosen apart from each other, so one of them is wrong sooner or later.
  wanted_workspace = "storymagic-${var.environment}"
  known_workspaces = ["storymagic-development", "storymagic-staging", "storymagic-production"]
}
