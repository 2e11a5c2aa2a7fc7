locals {
  own_key    = var.encryption.enabled && var.encryption.kms_key_arn == null && length(var.topics) > 0
  topic_key  = local.own_key ? aws_kms_key.topics[0].key_id : (var.encryption.enabled ? var.encryption.kms_key_arn : null)
  publishers = setunion(["cloudwatch.amazonaws.com"], flatten([for topic in values(var.topics) : tolist(topic.publishers)]))

  topic_arns   = { for name in keys(var.topics) : name => "arn:${local.partition}:sns:${local.region}:${local.account_id}:${var.name}-${name}" }
  event_topics = toset([for event in values(var.events) : event.notify])

  subscriptions = merge([
    for name, topic in var.topics : {
      for subscription in concat(
        [for endpoint in topic.emails : { protocol = "email", endpoint = endpoint }],
        [for endpoint in topic.https : { protocol = "https", endpoint = endpoint }],
        [for endpoint in topic.lambda_arns : { protocol = "lambda", endpoint = endpoint }],
        [for endpoint in topic.sqs_arns : { protocol = "sqs", endpoint = endpoint }],
      ) : "${name} ${subscription.protocol} ${subscription.endpoint}" => merge(subscription, { topic = name })
    }
  ]...)
}

resource "aws_kms_key" "topics" {
  count = local.own_key ? 1 : 0

  description         = "Messages of ${var.name}"
  enable_key_rotation = true
  tags                = var.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid       = "AdministerInThisAccount"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.partition}:iam::${local.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "PublishToEncryptedTopics"
        Effect    = "Allow"
        Principal = { Service = sort(local.publishers) }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
      },
      ], [
      # EventBridge names no source account when it publishes: what bounds it is the topic.
      for topics in [sort(local.event_topics)] : {
        Sid       = "PublishEventsToEncryptedTopics"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = { ArnEquals = { "kms:EncryptionContext:aws:sns:topicArn" = [for name in topics : local.topic_arns[name]] } }
      } if length(topics) > 0
    ])
  })
}

resource "aws_kms_alias" "topics" {
  count = local.own_key ? 1 : 0

  name          = "alias/${var.name}-topics"
  target_key_id = aws_kms_key.topics[0].key_id
}

resource "aws_sns_topic" "this" {
  for_each = var.topics

  name              = "${var.name}-${each.key}"
  kms_master_key_id = local.topic_key
  tags              = var.tags
}

resource "aws_sns_topic_policy" "this" {
  for_each = var.topics

  arn = aws_sns_topic.this[each.key].arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid       = "PublishFromServicesOfThisAccount"
        Effect    = "Allow"
        Principal = { Service = sort(setunion(["cloudwatch.amazonaws.com"], each.value.publishers)) }
        Action    = "sns:Publish"
        Resource  = local.topic_arns[each.key]
        Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
      },
      {
        Sid       = "DenyPlainHttp"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = local.topic_arns[each.key]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      ], [
      for topic in [each.key] : {
        Sid       = "PublishEvents"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = local.topic_arns[topic]
      } if contains(local.event_topics, topic)
    ])
  })
}

resource "aws_sns_topic_subscription" "this" {
  for_each = local.subscriptions

  topic_arn = aws_sns_topic.this[each.value.topic].arn
  protocol  = each.value.protocol
  endpoint  = each.value.endpoint
}
