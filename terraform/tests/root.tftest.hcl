# Applies the whole root to a mocked AWS, without credentials or network. Run `terraform init` first: it installs the modules.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  allowed_account_ids = ["123456789012"]
  aurora_ca_bundle    = "tests/fixtures/ca-bundle.pem"
  project_name        = "letrus-de-case"
  region              = "us-east-1"
  wheels_dir          = "tests/fixtures/wheels"
}

run "outputs_are_complete" {
  command = apply

  assert {
    condition     = output.glue_job_performance_academica_name == "letrus-de-case-etl-performance-academica"
    error_message = "The job's name is part of the case."
  }

  assert {
    condition     = output.bucket_data_name != "" && output.aurora_cluster_endpoint == "mock.cluster-abc.us-east-1.rds.amazonaws.com"
    error_message = "Bucket and database host must be outputs."
  }

  assert {
    condition     = startswith(output.secret_manager_aurora_credentials_arn, "arn:aws:secretsmanager:")
    error_message = "The secret's ARN must be an output."
  }

  assert {
    condition = (
      output.glue_log_group_output == "/aws-glue/letrus-de-case/output" &&
      output.glue_log_group_error == "/aws-glue/letrus-de-case/error"
    )
    error_message = "Glue 5 writes to <prefix>/output and <prefix>/error."
  }

  assert {
    condition     = output.alarm_topic_arn == null && length(module.monitoring) == 0
    error_message = "What costs is off by default: no alarms, no dashboard, no budget."
  }
}

run "monitoring_is_wired" {
  command = apply

  variables {
    alarms_enabled = true
  }

  assert {
    condition     = output.alarm_topic_arn == "arn:aws:sns:us-east-1:123456789012:mock"
    error_message = "With alarms there is a topic."
  }
}

run "refuses_one_zone" {
  command = plan

  variables {
    availability_zones = ["us-east-1a", "us-east-1a"]
  }

  expect_failures = [var.availability_zones]
}

run "refuses_zone_of_another_region" {
  command = plan

  variables {
    availability_zones = ["us-east-1a", "sa-east-1a"]
  }

  expect_failures = [var.availability_zones]
}

run "refuses_no_account" {
  command = plan

  variables {
    allowed_account_ids = []
  }

  expect_failures = [var.allowed_account_ids]
}

run "refuses_name_that_a_bucket_cannot_have" {
  command = plan

  variables {
    project_name = "Letrus_Case"
  }

  expect_failures = [var.project_name]
}

run "refuses_what_the_job_would_refuse" {
  command = plan

  variables {
    csv_encoding         = "utf-16"
    csv_separator        = "\t"
    decimal_separator    = "comma"
    max_rejected_percent = 101
  }

  expect_failures = [var.csv_encoding, var.csv_separator, var.decimal_separator, var.max_rejected_percent]
}

run "refuses_what_aws_would_refuse" {
  command = plan

  variables {
    aurora_backup_retention_days    = 36
    aurora_instance_count           = 17
    aurora_seconds_until_auto_pause = 60
    glue_availability_zone          = "us-east-1f"
    log_retention_days              = 45
    monthly_budget_usd              = 0
  }

  expect_failures = [
    var.aurora_backup_retention_days,
    var.aurora_instance_count,
    var.aurora_seconds_until_auto_pause,
    var.glue_availability_zone,
    var.log_retention_days,
    var.monthly_budget_usd,
  ]
}

run "refuses_a_notice_after_the_end" {
  command = plan

  variables {
    alarms_enabled            = true
    glue_notify_delay_minutes = 30
    glue_timeout_minutes      = 30
  }

  expect_failures = [var.glue_notify_delay_minutes]
}
