locals {
  keys_of_account     = "arn:${local.partition}:kms:${data.aws_region.current.id}:${local.account_id}:key/*"
  via_secrets_manager = { test = "StringLike", variable = "kms:ViaService", values = ["secretsmanager.*.amazonaws.com"] }

  task_grants = [
    {
      sid        = "ReadSecrets"
      actions    = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]
      resources  = try(var.task.secret_arns, [])
      conditions = []
    },
    {
      sid        = "Decrypt"
      actions    = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources  = try(var.task.kms_key_arns, [])
      conditions = []
    },
    {
      sid        = "DecryptByAlias"
      actions    = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources  = length(try(var.task.kms_aliases, [])) > 0 ? [local.keys_of_account] : []
      conditions = [{ test = "ForAnyValue:StringEquals", variable = "kms:ResourceAliases", values = try(var.task.kms_aliases, []) }]
    },
    {
      sid        = "WriteLogs"
      actions    = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
      resources  = [for arn in try(var.task.log_group_arns, []) : "${trimsuffix(arn, ":*")}:*"]
      conditions = []
    },
    {
      sid        = "ListBuckets"
      actions    = ["s3:ListBucket", "s3:GetBucketLocation"]
      resources  = distinct(concat(try(var.task.bucket_read_arns, []), try(var.task.bucket_write_arns, [])))
      conditions = []
    },
    {
      sid        = "ReadObjects"
      actions    = ["s3:GetObject"]
      resources  = [for arn in try(var.task.bucket_read_arns, []) : "${arn}/*"]
      conditions = []
    },
    {
      sid        = "WriteObjects"
      actions    = ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
      resources  = [for arn in try(var.task.bucket_write_arns, []) : "${arn}/*"]
      conditions = []
    },
    {
      sid        = "ConnectToCache"
      actions    = ["elasticache:Connect"]
      resources  = try(var.task.elasticache_connect, [])
      conditions = []
    },
    {
      sid       = "PutMetrics"
      actions   = ["cloudwatch:PutMetricData"]
      resources = length(try(var.task.metric_namespaces, [])) > 0 ? ["*"] : []
      # PutMetricData knows no resource; the namespace is the only bound it has.
      conditions = [{ test = "StringEquals", variable = "cloudwatch:namespace", values = try(var.task.metric_namespaces, []) }]
    },
    {
      sid        = "Trace"
      actions    = ["xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets"]
      resources  = try(var.task.xray, false) ? ["*"] : []
      conditions = []
    },
    {
      sid        = "ExecuteCommand"
      actions    = ["ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"]
      resources  = try(var.task.execute_command, false) ? ["*"] : []
      conditions = []
    },
  ]

  task_statements = concat(
    [for grant in local.task_grants : grant if length(grant.resources) > 0],
    try(var.task.statements, []),
  )

  execution_statements = [
    for grant in [
      {
        # Not in the managed policy, which covers streams and events only.
        sid        = "CreateLogGroups"
        actions    = ["logs:CreateLogGroup"]
        resources  = [for arn in try(var.execution.log_group_arns, []) : "${trimsuffix(arn, ":*")}:*"]
        conditions = []
      },
      {
        sid        = "ReadSecretsAtStart"
        actions    = ["secretsmanager:GetSecretValue"]
        resources  = try(var.execution.secret_arns, [])
        conditions = []
      },
      {
        sid        = "DecryptSecretsAtStart"
        actions    = ["kms:Decrypt"]
        resources  = try(var.execution.kms_key_arns, [])
        conditions = [local.via_secrets_manager]
      },
      {
        sid       = "DecryptSecretsAtStartByAlias"
        actions   = ["kms:Decrypt"]
        resources = length(try(var.execution.kms_aliases, [])) > 0 ? [local.keys_of_account] : []
        conditions = [
          local.via_secrets_manager,
          { test = "ForAnyValue:StringEquals", variable = "kms:ResourceAliases", values = try(var.execution.kms_aliases, []) },
        ]
      },
    ] : grant if length(grant.resources) > 0
  ]
}
