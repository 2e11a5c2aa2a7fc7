# SM-001, SM-154: everything lives in Frankfurt, unless its comment says otherwise.
provider "aws" {
  region = var.region

  default_tags {
    tags = local.tags
  }
}

# C-032: CloudFront takes its certificate from this region, and delivers its logs from there.
provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"

  default_tags {
    tags = local.tags
  }
}

# SM-155: copies of the database backups, once var.dr_region names a region for them.
provider "aws" {
  alias  = "dr"
  region = coalesce(var.dr_region, var.region)

  default_tags {
    tags = local.tags
  }
}
