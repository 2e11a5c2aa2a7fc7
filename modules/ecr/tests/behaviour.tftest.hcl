mock_provider "aws" {}

variables {
  name = "storymagic-api"
}

run "the_defaults_keep_tags_fixed_and_images_scanned_and_encrypted" {
  assert {
    condition     = aws_ecr_repository.this.name == "storymagic-api" && aws_ecr_repository.this.image_tag_mutability == "IMMUTABLE" && aws_ecr_repository.this.image_scanning_configuration[0].scan_on_push && !aws_ecr_repository.this.force_delete
    error_message = "A tag must mean one image for ever, each image must be scanned, and the repository must not go with images in it (SM-120)."
  }

  assert {
    condition     = aws_ecr_repository.this.encryption_configuration[0].encryption_type == "KMS"
    error_message = "Images must be encrypted with KMS."
  }

  assert {
    condition = jsondecode(aws_ecr_lifecycle_policy.this[0].policy) == {
      rules = [
        { rulePriority = 1, description = "Without a tag for 30 days", action = { type = "expire" }, selection = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 30 } },
        { rulePriority = 2, description = "All but the newest 100 of *", action = { type = "expire" }, selection = { tagStatus = "tagged", tagPatternList = ["*"], countType = "imageCountMoreThan", countNumber = 100 } },
      ]
    }
    error_message = "Age alone must never expire an image that has a tag (SM-149, C-037)."
  }

  assert {
    condition     = length(aws_ecr_repository_policy.this) == 0
    error_message = "Nobody outside the account may pull by default."
  }
}

run "every_switch_reaches_its_resource_and_replaces_nothing" {
  variables {
    mutable_tags    = true
    scan_on_push    = false
    force_delete    = true
    kms_key         = { arn = "arn:aws:kms:eu-central-1:123456789012:key/1" }
    pull_principals = ["arn:aws:iam::222222222222:root", "arn:aws:iam::111111111111:role/deploy"]
    lifecycle_rules = { untagged_days = 0, keep = [{ tag_patterns = ["release-*", "v*"], count = 20 }, { tag_patterns = ["*"], count = 50 }] }
    tags            = { Component = "api" }
  }

  assert {
    condition     = output.arn == run.the_defaults_keep_tags_fixed_and_images_scanned_and_encrypted.arn
    error_message = "A change of tags or settings must not replace the repository."
  }

  assert {
    condition     = aws_ecr_repository.this.image_tag_mutability == "MUTABLE" && !aws_ecr_repository.this.image_scanning_configuration[0].scan_on_push && aws_ecr_repository.this.force_delete && aws_ecr_repository.this.encryption_configuration[0].kms_key == "arn:aws:kms:eu-central-1:123456789012:key/1"
    error_message = "The switches must reach the repository."
  }

  assert {
    condition     = jsondecode(aws_ecr_lifecycle_policy.this[0].policy).rules[*].selection.tagPatternList == [["release-*", "v*"], ["*"]] && jsondecode(aws_ecr_lifecycle_policy.this[0].policy).rules[*].rulePriority == [1, 2]
    error_message = "Releases must be counted before builds, and untagged images kept."
  }

  assert {
    condition     = jsondecode(aws_ecr_repository_policy.this[0].policy).Statement[0].Principal.AWS == ["arn:aws:iam::111111111111:role/deploy", "arn:aws:iam::222222222222:root"] && alltrue([for action in jsondecode(aws_ecr_repository_policy.this[0].policy).Statement[0].Action : !startswith(action, "ecr:Put")])
    error_message = "The principals named must be able to pull, and only that."
  }
}

run "without_rules_nothing_expires" {
  command = plan

  variables {
    kms_key         = null
    lifecycle_rules = { untagged_days = 0, keep = [] }
  }

  assert {
    condition     = length(aws_ecr_lifecycle_policy.this) == 0 && aws_ecr_repository.this.encryption_configuration[0].encryption_type == "AES256"
    error_message = "There must be no policy, and no key of the account."
  }
}
