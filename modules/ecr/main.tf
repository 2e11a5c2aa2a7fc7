locals {
  untagged_rules = var.lifecycle_rules.untagged_days == 0 ? [] : [{
    description = "Without a tag for ${var.lifecycle_rules.untagged_days} days"
    selection = {
      tagStatus   = "untagged"
      countType   = "sinceImagePushed"
      countUnit   = "days"
      countNumber = var.lifecycle_rules.untagged_days
    }
  }]

  tagged_rules = [for rule in var.lifecycle_rules.keep : {
    description = "All but the newest ${rule.count} of ${join(", ", rule.tag_patterns)}"
    selection = {
      tagStatus      = "tagged"
      tagPatternList = rule.tag_patterns
      countType      = "imageCountMoreThan"
      countNumber    = rule.count
    }
  }]

  rules = concat(local.untagged_rules, local.tagged_rules)
}

resource "aws_ecr_repository" "this" {
  name                 = var.name
  image_tag_mutability = var.mutable_tags ? "MUTABLE" : "IMMUTABLE"
  force_delete         = var.force_delete
  tags                 = var.tags

  image_scanning_configuration {
    scan_on_push = var.scan_on_push
  }

  encryption_configuration {
    encryption_type = var.kms_key == null ? "AES256" : "KMS"
    kms_key         = var.kms_key == null ? null : var.kms_key.arn
  }
}

resource "aws_ecr_lifecycle_policy" "this" {
  count = length(local.rules) == 0 ? 0 : 1

  repository = aws_ecr_repository.this.name

  policy = jsonencode({
    rules = [for index, rule in local.rules : {
      rulePriority = index + 1
      description  = rule.description
      selection    = rule.selection
      action       = { type = "expire" }
    }]
  })
}

resource "aws_ecr_repository_policy" "this" {
  count = length(var.pull_principals) == 0 ? 0 : 1

  repository = aws_ecr_repository.this.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Pull"
      Effect    = "Allow"
      Principal = { AWS = sort(tolist(var.pull_principals)) }
      Action    = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    }]
  })
}
