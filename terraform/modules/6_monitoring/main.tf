# A topic, and what publishes to it: events of failed and overlong runs, alarms of the database, a budget.

data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

locals {
  # These rules report what nobody wanted. A run is STOPPED by a user, who knows about it. ERROR is a state of the API that
  # Glue's page on events does not name; the rules report it in case it comes.
  # https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
  rules = var.alarms_enabled ? {
    failed = {
      description = "A run of ${var.job_name} failed or ran into its timeout"
      detail_type = "Glue Job State Change"
      detail      = { jobName = [var.job_name], state = ["FAILED", "TIMEOUT", "ERROR"] }
    }
    overlong = {
      description = "A run of ${var.job_name} takes longer than it should"
      detail_type = "Glue Job Run Status"
      detail      = { jobName = [var.job_name] }
    }
  } : {}
}

resource "aws_sns_topic" "alarms" {
  name              = "${var.project_name}-alarms"
  kms_master_key_id = var.kms_key_arn
}

resource "aws_sns_topic_policy" "alarms" {
  arn    = aws_sns_topic.alarms.arn
  policy = data.aws_iam_policy_document.topic.json
}

data "aws_iam_policy_document" "topic" {
  # No condition, as in AWS's own example: EventBridge would not fulfil it, and every alarm would stay silent.
  # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
  statement {
    sid       = "EventsOfTheJob"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alarms.arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
  }

  statement {
    sid       = "AlarmsOfTheAccount"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alarms.arn]

    principals {
      type        = "Service"
      identifiers = ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

# AWS sends a mail with a link that confirms the subscription. Terraform can't follow it.
resource "aws_sns_topic_subscription" "email" {
  count = var.email == null ? 0 : 1

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = var.email
}

resource "aws_cloudwatch_event_rule" "job" {
  for_each = local.rules

  name        = "${var.job_name}-${each.key}"
  description = each.value.description

  event_pattern = jsonencode({
    source      = ["aws.glue"]
    detail-type = [each.value.detail_type]
    detail      = each.value.detail
  })
}

# The target gets the event unchanged: an input template would break at a quotation mark in an error message.
resource "aws_cloudwatch_event_target" "topic" {
  for_each = local.rules

  rule      = aws_cloudwatch_event_rule.job[each.key].name
  target_id = "alarms"
  arn       = aws_sns_topic.alarms.arn
}

# Without this, an undeliverable alarm looks like no alarm.
resource "aws_cloudwatch_metric_alarm" "undelivered" {
  for_each = local.rules

  alarm_name          = "${var.job_name}-${each.key}-undelivered"
  alarm_description   = "EventBridge could not publish to the topic: see its policy and the key's"
  namespace           = "AWS/Events"
  metric_name         = "FailedInvocations"
  dimensions          = { RuleName = aws_cloudwatch_event_rule.job[each.key].name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "aurora_at_its_limit" {
  count = var.alarms_enabled ? 1 : 0

  alarm_name          = "${var.project_name}-aurora-at-its-limit"
  alarm_description   = "Aurora has used its highest capacity for 15 minutes: raise aurora_max_capacity, or look for what keeps it busy"
  namespace           = "AWS/RDS"
  metric_name         = "ACUUtilization"
  dimensions          = { DBClusterIdentifier = var.aurora_cluster_identifier }
  statistic           = "Average"
  period              = 300
  evaluation_periods  = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = 95 # percent of the highest capacity
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

# The budget covers the whole account: a filter by tag sees nothing until the tag is activated for cost allocation.
resource "aws_budgets_budget" "monthly" {
  count = var.monthly_budget_usd == null ? 0 : 1

  name         = "${var.project_name}-monthly"
  budget_type  = "COST"
  limit_amount = format("%.2f", var.monthly_budget_usd)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  notification {
    notification_type         = "ACTUAL"
    comparison_operator       = "GREATER_THAN"
    threshold                 = 80
    threshold_type            = "PERCENTAGE"
    subscriber_sns_topic_arns = [aws_sns_topic.alarms.arn]
  }

  notification {
    notification_type         = "FORECASTED"
    comparison_operator       = "GREATER_THAN"
    threshold                 = 100
    threshold_type            = "PERCENTAGE"
    subscriber_sns_topic_arns = [aws_sns_topic.alarms.arn]
  }

  # AWS Budgets publishes to the topic when it makes the budget, so the topic's policy comes first.
  depends_on = [aws_sns_topic_policy.alarms]
}
