mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  alarms_enabled            = true
  aurora_cluster_identifier = "unit-aurora"
  dashboard_enabled         = true
  email                     = "someone@example.org"
  job_name                  = "unit-etl"
  kms_key_arn               = "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-1111-1111-111111111111"
  log_group_output_name     = "/aws-glue/unit/output"
  monthly_budget_usd        = 15
  project_name              = "unit"
}

run "tells_of_what_nobody_wanted" {
  command = apply

  module {
    source = "./modules/6_monitoring"
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.job["failed"].event_pattern) == {
      source      = ["aws.glue"]
      detail-type = ["Glue Job State Change"]
      detail      = { jobName = ["unit-etl"], state = ["FAILED", "TIMEOUT", "ERROR"] }
    }
    error_message = "Failed runs of this job, and no others."
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.job["overlong"].event_pattern) == {
      source      = ["aws.glue"]
      detail-type = ["Glue Job Run Status"]
      detail      = { jobName = ["unit-etl"] }
    }
    error_message = "Overlong runs of this job."
  }

  assert {
    condition     = alltrue([for name, target in aws_cloudwatch_event_target.topic : target.arn == aws_sns_topic.alarms.arn && target.rule == "unit-etl-${name}"])
    error_message = "Each rule publishes to the topic."
  }

  assert {
    condition     = aws_sns_topic.alarms.kms_master_key_id == "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-1111-1111-111111111111"
    error_message = "The topic is encrypted with the project's key."
  }

  assert {
    condition     = one(aws_sns_topic_subscription.email).endpoint == "someone@example.org" && one(aws_sns_topic_subscription.email).protocol == "email"
    error_message = "The address subscribes to the topic."
  }

  assert {
    condition = (
      toset(flatten([for statement in data.aws_iam_policy_document.topic.statement : statement.actions])) == toset(["sns:Publish"]) &&
      toset(flatten([for statement in data.aws_iam_policy_document.topic.statement : flatten(statement.principals[*].identifiers)])) == toset(["budgets.amazonaws.com", "cloudwatch.amazonaws.com", "events.amazonaws.com"])
    )
    error_message = "Three services may publish, nobody may do anything else."
  }

  assert {
    condition = alltrue([
      for alarm in concat(values(aws_cloudwatch_metric_alarm.undelivered), aws_cloudwatch_metric_alarm.aurora_at_its_limit) :
      alarm.alarm_actions == toset([aws_sns_topic.alarms.arn]) && alarm.treat_missing_data == "notBreaching"
    ])
    error_message = "Alarms go to the topic, and a paused database is none."
  }

  assert {
    condition     = one(aws_cloudwatch_metric_alarm.aurora_at_its_limit).dimensions == tomap({ DBClusterIdentifier = "unit-aurora" })
    error_message = "The alarm must watch the case's cluster."
  }

  assert {
    condition = (
      one(aws_budgets_budget.monthly).limit_amount == "15.00" &&
      { for one in one(aws_budgets_budget.monthly).notification : one.notification_type => one.threshold } == { ACTUAL = 80, FORECASTED = 100 } &&
      alltrue([for one in one(aws_budgets_budget.monthly).notification : one.subscriber_sns_topic_arns == toset([aws_sns_topic.alarms.arn])])
    )
    error_message = "The budget must report 80 % spent and a forecast above it."
  }

  assert {
    condition     = output.topic_arn == aws_sns_topic.alarms.arn
    error_message = "The topic is an output."
  }
}

run "dashboard_shows_job_and_database" {
  command = apply

  module {
    source = "./modules/6_monitoring"
  }

  assert {
    condition = toset(flatten([
      for widget in jsondecode(one(aws_cloudwatch_dashboard.this).dashboard_body).widgets : [for metric in try(widget.properties.metrics, []) : metric[1]]
    ])) == toset(["ACUUtilization", "DatabaseConnections", "MatchedEvents", "ServerlessDatabaseCapacity", "VolumeBytesUsed"])
    error_message = "The dashboard must show the database's capacity, connections and storage, and the reported runs."
  }

  assert {
    condition     = strcontains(jsondecode(one(aws_cloudwatch_dashboard.this).dashboard_body).widgets[0].properties.query, "SOURCE '/aws-glue/unit/output'")
    error_message = "The runs are read from the job's summaries."
  }
}

run "each_part_can_be_left_out" {
  command = apply

  module {
    source = "./modules/6_monitoring"
  }

  variables {
    alarms_enabled     = false
    dashboard_enabled  = false
    email              = null
    monthly_budget_usd = null
  }

  assert {
    condition = (
      length(aws_cloudwatch_event_rule.job) + length(aws_cloudwatch_event_target.topic) + length(aws_cloudwatch_metric_alarm.undelivered) == 0 &&
      length(aws_cloudwatch_metric_alarm.aurora_at_its_limit) + length(aws_cloudwatch_dashboard.this) == 0 &&
      length(aws_budgets_budget.monthly) + length(aws_sns_topic_subscription.email) == 0
    )
    error_message = "What is off is not made."
  }
}

run "dashboard_without_alarms" {
  command = apply

  module {
    source = "./modules/6_monitoring"
  }

  variables {
    alarms_enabled = false
  }

  assert {
    condition     = length(jsondecode(one(aws_cloudwatch_dashboard.this).dashboard_body).widgets) == 5
    error_message = "Without rules the dashboard must have no graph of them."
  }
}
