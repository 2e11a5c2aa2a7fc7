provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = {
      Project   = "storymagic"
      Component = "api"
    }
  }
}

locals {
  state_bucket_arn  = var.state == null ? var.state_bucket_arn : module.state[0].bucket_arn
  state_kms_key_arn = var.state == null ? var.state_kms_key_arn : module.state[0].kms_key_arn

  state_statements = [
    {
      sid       = "FindStates"
      actions   = ["s3:ListBucket"]
      resources = [local.state_bucket_arn]
    },
    {
      # A plan writes too: it takes the lock.
      sid       = "UseStates"
      actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
      resources = ["${local.state_bucket_arn}/*"]
    },
    {
      sid       = "DecryptStates"
      actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"]
      resources = [local.state_kms_key_arn]
    },
  ]

  plan_statements = [
    {
      # Ephemeral passwords are made in every plan and thrown away.
      sid       = "MakePasswords"
      actions   = ["secretsmanager:GetRandomPassword"]
      resources = ["*"]
    },
    {
      # hashicorp/aws reads the value of a secret version to see that it is there.
      sid       = "RefreshDatabaseSecret"
      actions   = ["kms:Decrypt", "secretsmanager:GetSecretValue"]
      resources = ["arn:aws:secretsmanager:*:${var.account_id}:secret:storymagic*/database-credentials-??????", "arn:aws:kms:*:${var.account_id}:key/*"]
    },
  ]

  apply_statements = [
    {
      sid       = "ManageOwnRoles"
      actions   = ["iam:*Role", "iam:*RolePolicy", "iam:*RolePolicies", "iam:ListInstanceProfilesForRole", "iam:*RoleTags", "iam:UpdateAssumeRolePolicy"]
      resources = ["arn:aws:iam::${var.account_id}:role/storymagic-*", "arn:aws:iam::${var.account_id}:role/serverlessrepo-storymagic-*"]
    },
    {
      sid       = "ManageGitHubProvider"
      actions   = ["iam:*OpenIDConnectProvider*"]
      resources = ["arn:aws:iam::${var.account_id}:oidc-provider/token.actions.githubusercontent.com"]
    },
    {
      sid       = "ReadIam"
      actions   = ["iam:Get*", "iam:List*"]
      resources = ["*"]
    },
    {
      sid       = "MakeServiceLinkedRoles"
      actions   = ["iam:CreateServiceLinkedRole"]
      resources = ["arn:aws:iam::${var.account_id}:role/aws-service-role/*"]
    },
  ]
}

# SM-157, SM-159: versioned and encrypted with KMS. SM-158, C-098: the backend locks by a file in the bucket; the table is
# there for Terraform before 1.10.
module "state" {
  source = "../../../modules/state-backend"
  count  = var.state == null ? 0 : 1

  bucket_name           = "storymagic-terraform-state-${var.account_id}"
  lock_table            = { name = "storymagic-terraform-locks", deletion_protection = !var.state.force_destroy }
  access_principal_arns = var.state.access_principal_arns
  force_destroy         = var.state.force_destroy
}

# C-045: workflows get short-lived credentials by OIDC, not stored keys.
module "roles" {
  source = "../../../modules/iam-roles"

  name   = "storymagic-terraform"
  github = { repository = var.github_repository, provider_arn = var.github_provider_arn }

  github_roles = merge(
    {
      plan = {
        subjects            = ["pull_request", "ref:refs/heads/main"]
        managed_policy_arns = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
        statements          = concat(local.state_statements, local.plan_statements)
      }
    },
    {
      for environment in var.environments : "apply-${environment}" => {
        subjects            = ["environment:${environment}"]
        managed_policy_arns = ["arn:aws:iam::aws:policy/PowerUserAccess"]
        statements          = concat(local.state_statements, local.apply_statements)
      }
    },
  )
}
