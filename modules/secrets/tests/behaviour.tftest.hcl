mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_region" {
    defaults = { id = "eu-central-1" }
  }
  mock_resource "aws_serverlessapplicationrepository_cloudformation_stack" {
    defaults = { outputs = { RotationLambdaARN = "arn:aws:lambda:eu-central-1:123456789012:function:rotate-postgres" } }
  }
}

variables {
  secrets = { "storymagic/openai-api-key" = { description = "Key of the OpenAI API" } }
  values  = {}
}

run "a_secret_alone_waits_for_its_value" {
  command = apply

  assert {
    condition     = aws_secretsmanager_secret.this["storymagic/openai-api-key"].recovery_window_in_days == 30 && aws_secretsmanager_secret.this["storymagic/openai-api-key"].kms_key_id == null
    error_message = "A secret must be recoverable for 30 days and use AWS's own key by default."
  }

  assert {
    condition     = length(aws_secretsmanager_secret_version.this) == 0 && length(aws_secretsmanager_secret_rotation.this) == 0 && length(aws_serverlessapplicationrepository_cloudformation_stack.rotation) == 0
    error_message = "Neither a value, nor a rotation, nor a function must be made unasked."
  }
}

run "every_switch_reaches_its_resource" {
  command = apply

  variables {
    secrets = {
      "storymagic/openai-api-key" = { description = "Key of the OpenAI API", tags = { Component = "api" } }
      "storymagic/database-credentials" = {
        description   = "Database user"
        value_version = 1
        rotation      = { function = "rotate-postgres", after_days = 30 }
      }
      "storymagic/admin-key" = {
        description = "Key of the administrators"
        rotation    = { function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:own", schedule = "cron(0 4 1 * ? *)", duration = "2h", rotate_immediately = false }
      }
    }
    values               = { "storymagic/database-credentials" = "not-a-real-password" }
    kms_key_arn          = "arn:aws:kms:eu-central-1:123456789012:key/k"
    replicas             = { "eu-west-1" = null }
    recovery_window_days = 7
    tags                 = { Project = "storymagic" }
    rotation_functions = {
      rotate-postgres = {
        application        = "SecretsManagerRDSPostgreSQLRotationSingleUser"
        subnet_ids         = ["subnet-a", "subnet-b"]
        security_group_ids = ["sg-a"]
      }
    }
  }

  assert {
    condition     = output.arns["storymagic/openai-api-key"] == run.a_secret_alone_waits_for_its_value.arns["storymagic/openai-api-key"]
    error_message = "A secret must survive a change of tags, key, replicas and neighbours."
  }

  assert {
    condition     = alltrue([for secret in aws_secretsmanager_secret.this : secret.kms_key_id == var.kms_key_arn && one(secret.replica[*].region) == "eu-west-1" && secret.recovery_window_in_days == 7])
    error_message = "Key, replicas and recovery window must apply to every secret."
  }

  assert {
    condition     = aws_secretsmanager_secret.this["storymagic/openai-api-key"].tags == tomap({ Project = "storymagic", Component = "api" })
    error_message = "A secret's own tags must join those of the module."
  }

  assert {
    condition     = keys(aws_secretsmanager_secret_version.this) == ["storymagic/database-credentials"] && aws_secretsmanager_secret_version.this["storymagic/database-credentials"].secret_string_wo_version == 1
    error_message = "Only a secret with a value_version must be written."
  }

  assert {
    condition     = aws_secretsmanager_secret_version.this["storymagic/database-credentials"].secret_string == null && aws_secretsmanager_secret_version.this["storymagic/database-credentials"].secret_string_wo == null
    error_message = "The value must not be kept in the state."
  }

  assert {
    condition     = aws_secretsmanager_secret_rotation.this["storymagic/database-credentials"].rotation_rules[0].automatically_after_days == 30 && aws_secretsmanager_secret_rotation.this["storymagic/database-credentials"].rotate_immediately
    error_message = "The rotation must run every 30 days, and once now."
  }

  assert {
    condition     = aws_secretsmanager_secret_rotation.this["storymagic/database-credentials"].rotation_lambda_arn == output.rotation_function_arns["rotate-postgres"]
    error_message = "The rotation must call the function of its name."
  }

  assert {
    condition     = aws_secretsmanager_secret_rotation.this["storymagic/admin-key"].rotation_rules[0].schedule_expression == "cron(0 4 1 * ? *)" && aws_secretsmanager_secret_rotation.this["storymagic/admin-key"].rotation_rules[0].duration == "2h" && !aws_secretsmanager_secret_rotation.this["storymagic/admin-key"].rotate_immediately
    error_message = "A schedule, its window and the wait for it must reach the rotation."
  }

  assert {
    condition     = aws_serverlessapplicationrepository_cloudformation_stack.rotation["rotate-postgres"].application_id == "arn:aws:serverlessrepo:us-east-1:297356227824:applications/SecretsManagerRDSPostgreSQLRotationSingleUser"
    error_message = "The function must come from AWS's own publisher."
  }

  assert {
    condition = {
      for key, value in aws_serverlessapplicationrepository_cloudformation_stack.rotation["rotate-postgres"].parameters : key => value if key != "excludeCharacters"
      } == {
      functionName        = "rotate-postgres"
      endpoint            = "https://secretsmanager.eu-central-1.amazonaws.com"
      vpcSubnetIds        = "subnet-a,subnet-b"
      vpcSecurityGroupIds = "sg-a"
      kmsKeyArn           = "arn:aws:kms:eu-central-1:123456789012:key/k"
    }
    error_message = "The function must sit in the given subnets and groups and be able to use the key."
  }
}
