# Applies the root with environments/dev.tfvars (scripts/checks/layers.py names the file) to a mocked AWS.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  allowed_account_ids = ["123456789012"]
  aurora_ca_bundle    = "tests/fixtures/ca-bundle.pem"
  wheels_dir          = "tests/fixtures/wheels"
}

run "cheapest_that_works" {
  command = apply

  assert {
    condition = (
      var.aurora_instance_count == 1 && var.aurora_max_capacity == 1 && var.aurora_seconds_until_auto_pause == 300 &&
      length(var.availability_zones) == 2 && !var.endpoint_in_every_zone
    )
    error_message = "One small instance that pauses soon, one address of the endpoint."
  }

  assert {
    condition     = !var.alarms_enabled && !var.dashboard_enabled && var.monthly_budget_usd <= 15
    error_message = "Alarms and dashboard cost; the budget watches, and costs nothing."
  }

  assert {
    condition     = output.alarm_topic_arn != null
    error_message = "The budget has a topic."
  }
}

run "torn_down_without_a_trace" {
  command = plan

  assert {
    condition     = !var.deletion_protection && !var.final_snapshot
    error_message = "Nothing may stop `terraform destroy`, or outlive it."
  }
}

run "not_by_itself" {
  command = plan

  assert {
    condition     = var.glue_schedule == null
    error_message = "The schedule is off by default."
  }

  assert {
    condition     = output.glue_job_performance_academica_name == "letrus-de-case-dev-etl-performance-academica"
    error_message = "Both environments fit into one account: their names differ."
  }
}
