# SM-002..SM-005, SM-077. C-027: the three documented subnets are zone a; a load balancer and a Multi-AZ database need a
# second zone, so each has a sister in zone b.
module "network" {
  source = "../../modules/vpc"

  name         = local.name
  cidr         = "10.0.0.0/16"
  nat_gateways = var.nat_gateways

  # C-026: S3 is not in a subnet. The private subnets reach it through this endpoint.
  gateway_endpoints = ["s3"]

  tiers = {
    # SM-089: public subnets keep the VPC's own network ACL, which allows all.
    public = {
      route      = "internet"
      public_ips = true
      subnets    = { "${var.region}a" = "10.0.1.0/24", "${var.region}b" = "10.0.11.0/24" }
    }

    # SM-090. A network ACL keeps no state: answers come in on the ephemeral ports.
    app = {
      route   = "nat"
      subnets = { "${var.region}a" = "10.0.2.0/24", "${var.region}b" = "10.0.12.0/24" }
      network_acl = {
        ingress = [
          { rule_number = 100, from_port = 3000, to_port = 3000, cidr = "10.0.0.0/16" },
          { rule_number = 110, from_port = 6379, to_port = 6379, cidr = "10.0.0.0/16" },
          { rule_number = 120, from_port = 1024, to_port = 65535, cidr = "0.0.0.0/0" },
        ]
        egress = [
          { rule_number = 100, from_port = 443, to_port = 443, cidr = "0.0.0.0/0" },
          { rule_number = 110, from_port = 5432, to_port = 5432, cidr = "10.0.0.0/16" },
          { rule_number = 120, from_port = 6379, to_port = 6379, cidr = "10.0.0.0/16" },
          { rule_number = 130, from_port = 1024, to_port = 65535, cidr = "10.0.0.0/16" },
        ]
      }
    }

    data = {
      route   = "none"
      subnets = { "${var.region}a" = "10.0.3.0/24", "${var.region}b" = "10.0.13.0/24" }
      network_acl = {
        ingress = [
          { rule_number = 100, from_port = 5432, to_port = 5432, cidr = "10.0.0.0/16" },
          { rule_number = 110, from_port = 1024, to_port = 65535, cidr = "10.0.0.0/16" },
        ]
        egress = [
          { rule_number = 100, from_port = 5432, to_port = 5432, cidr = "10.0.0.0/16" },
          { rule_number = 110, from_port = 1024, to_port = 65535, cidr = "10.0.0.0/16" },
        ]
      }
    }
  }
}

# C-033: only CloudFront's own addresses, so that nobody gets around the CDN.
data "aws_ec2_managed_prefix_list" "cloudfront" {
  count = var.alb_ingress == "cloudfront" ? 1 : 0

  name = "com.amazonaws.global.cloudfront.origin-facing"
}

# SM-078..SM-088.
module "security_groups" {
  source = "../../modules/security-groups"

  name   = local.name
  vpc_id = module.network.vpc_id

  groups = {
    alb = {
      name = "alb-security-group"
      ingress = {
        # Answered with a redirect only, so it stays open as documented. The prefix list would not fit a second time:
        # it counts as 55 of the 60 rules that a group may hold.
        http = { port = 80, cidr = "0.0.0.0/0" }
        https = {
          port           = 443
          cidr           = var.alb_ingress == "internet" ? "0.0.0.0/0" : null
          prefix_list_id = one(data.aws_ec2_managed_prefix_list.cloudfront[*].id)
        }
      }
      egress = { all = { protocol = "-1", cidr = "0.0.0.0/0" } }
    }

    ecs = {
      name    = "ecs-security-group"
      ingress = { api = { port = 3000, group = "alb" } }
      egress = {
        https    = { port = 443, cidr = "0.0.0.0/0" }
        database = { port = 5432, group = "rds" }
        cache    = { port = 6379, group = "redis" }
      }
    }

    # SM-086, SM-088: database and cache answer, they call nobody.
    rds = {
      name = "rds-security-group"
      ingress = {
        api      = { port = 5432, group = "ecs" }
        rotation = { port = 5432, group = "rotation" }
      }
    }

    redis = {
      name    = "redis-security-group"
      ingress = { api = { port = 6379, group = "ecs" } }
    }

    # C-034: the function that rotates the password has to reach the database and Secrets Manager.
    rotation = {
      name = "rotation-security-group"
      egress = {
        https    = { port = 443, cidr = "0.0.0.0/0" }
        database = { port = 5432, group = "rds" }
      }
    }
  }
}
