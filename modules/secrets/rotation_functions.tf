data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  # AWS publishes the rotation applications from this account, for all regions of the partition.
  publisher = "arn:aws:serverlessrepo:us-east-1:297356227824:applications"

  rotation_function_arns = {
    for name, stack in aws_serverlessapplicationrepository_cloudformation_stack.rotation : name => stack.outputs["RotationLambdaARN"]
  }
}

resource "aws_serverlessapplicationrepository_cloudformation_stack" "rotation" {
  for_each = var.rotation_functions

  name             = each.key
  application_id   = "${local.publisher}/${each.value.application}"
  semantic_version = each.value.application_version
  capabilities     = ["CAPABILITY_IAM", "CAPABILITY_RESOURCE_POLICY"]
  tags             = var.tags

  parameters = merge(
    {
      functionName        = each.key
      endpoint            = "https://secretsmanager.${data.aws_region.current.id}.${data.aws_partition.current.dns_suffix}"
      vpcSubnetIds        = join(",", each.value.subnet_ids)
      vpcSecurityGroupIds = join(",", each.value.security_group_ids)
      excludeCharacters   = each.value.exclude_characters
    },
    { for key, arn in { kmsKeyArn = var.kms_key_arn } : key => arn if arn != null },
  )
}
