# Applies the root with environments/prod.tfvars (scripts/checks/layers.py names the file) to a mocked AWS.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  allowed_account_ids = ["123456789012"]
  aurora_ca_bundle    = "tests/fixtures/ca-bundle.pem"
  wheels_dir          = "tests/fixtures/wheels"
}

run "protected" {
  command = apply

  assert {
    condition     = var.deletion_protection && var.final_snapshot
    error_message = "RDS refuses to delete the cluster, and leaves a snapshot."
  }

  assert {
    condition     = output.deletion_protection
    error_message = "The output must say before a destroy that the cluster is protected."
  }

  assert {
    condition     = var.aurora_backup_retention_days == 35 && var.log_retention_days == 365
    error_message = "Backups and logs are kept longer."
  }
}

run "outlives_a_zone" {
  command = plan

  assert {
    condition     = length(var.availability_zones) == 3 && var.aurora_instance_count == 2 && var.endpoint_in_every_zone
    error_message = "Three zones, a reader that takes over, the endpoint in every zone."
  }
}

run "speaks_up" {
  command = plan

  assert {
    condition     = var.alarms_enabled && var.dashboard_enabled && var.monthly_budget_usd != null
    error_message = "Alarms, dashboard and budget."
  }

  assert {
    condition     = var.glue_notify_delay_minutes < var.glue_timeout_minutes
    error_message = "An overlong run must be reported before its timeout."
  }

  assert {
    condition     = var.glue_schedule == null
    error_message = "The schedule is off by default."
  }
}

run "an_address_can_be_told" {
  command = plan

  variables {
    alarm_email = "nobody"
  }

  expect_failures = [var.alarm_email]
}
