"""Terraform creates the Glue resources, plans no changes, changes them in place and destroys them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts.base.isolation import clean_environment
from scripts.base.paths import TERRAFORM
from scripts.terraform import provider
from tests.kit.aws import refused

pytestmark = pytest.mark.emulator

ROOT = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region      = "us-east-1"
  max_retries = 2
}

variable "changed" {
  type    = bool
  default = false
}

resource "aws_iam_role" "job" {
  name = "glue-terraform"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "glue.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_glue_connection" "network" {
  name            = "terraform-network"
  connection_type = "NETWORK"
  description     = var.changed ? "changed" : null
  physical_connection_requirements {
    subnet_id              = "subnet-12345678"
    security_group_id_list = ["sg-12345678"]
    availability_zone      = "us-east-1a"
  }
  tags = { kind = "network" }
}

resource "aws_glue_connection" "jdbc" {
  name = "terraform-jdbc"
  connection_properties = {
    JDBC_CONNECTION_URL = "jdbc:postgresql://host:5432/letrus"
    SECRET_ID           = "secret"
  }
}

resource "aws_glue_security_configuration" "this" {
  name = "terraform-security"
  encryption_configuration {
    cloudwatch_encryption { cloudwatch_encryption_mode = "DISABLED" }
    job_bookmarks_encryption { job_bookmarks_encryption_mode = "DISABLED" }
    s3_encryption { s3_encryption_mode = "SSE-S3" }
  }
}

resource "aws_glue_job" "full" {
  name                   = "terraform-full"
  role_arn               = aws_iam_role.job.arn
  glue_version           = "5.1"
  worker_type            = "G.1X"
  number_of_workers      = var.changed ? 3 : 2
  timeout                = var.changed ? 20 : 30
  max_retries            = var.changed ? null : 1
  description            = var.changed ? null : "first"
  connections            = [aws_glue_connection.network.name]
  security_configuration = aws_glue_security_configuration.this.name
  job_run_queuing_enabled = true
  default_arguments = {
    "--a"              = var.changed ? "2" : "1"
    "--enable-metrics" = "true"
  }
  non_overridable_arguments = { "--b" = "3" }
  execution_property { max_concurrent_runs = 1 }
  notification_property { notify_delay_after = 10 }
  command {
    script_location = "s3://bucket/script.py"
    python_version  = "3"
  }
  tags = { stage = var.changed ? "two" : "one" }
}

# Without workers AWS gives 10 DPU, which the provider then sends back with every update.
resource "aws_glue_job" "least" {
  name         = "terraform-least"
  role_arn     = aws_iam_role.job.arn
  glue_version = "5.1" # AWS's default is a version that the worker has not
  timeout      = var.changed ? 15 : null
  command { script_location = "s3://bucket/script.py" }
}

resource "aws_glue_trigger" "by_hand" {
  name        = "terraform-by-hand"
  type        = "ON_DEMAND"
  description = var.changed ? "changed" : null
  actions {
    job_name  = aws_glue_job.full.name
    arguments = { "--from" = "trigger" }
  }
  tags = { kind = "trigger" }
}

resource "aws_glue_trigger" "daily" {
  name     = "terraform-daily"
  type     = "SCHEDULED"
  schedule = var.changed ? "cron(0 7 * * ? *)" : "cron(0 6 * * ? *)"
  enabled  = false
  actions { job_name = aws_glue_job.full.name }
}

resource "aws_glue_trigger" "after" {
  name    = "terraform-after"
  type    = "CONDITIONAL"
  enabled = false
  predicate {
    conditions {
      job_name = aws_glue_job.least.name
      state    = "SUCCEEDED"
    }
  }
  actions { job_name = aws_glue_job.full.name }
}
"""
SCHEDULE_THAT_WOULD_NOT_FIRE = """
resource "aws_glue_trigger" "enabled" {
  name     = "terraform-enabled"
  type     = "SCHEDULED"
  schedule = "cron(0 6 * * ? *)"
  actions { job_name = aws_glue_job.least.name }
}
"""


@pytest.fixture
def terraform(environment: Any, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Returns a function that runs `terraform ARGUMENTS` in a root of its own, against the running LocalStack."""
    (tmp_path / "main.tf").write_text(ROOT)
    shutil.copy(TERRAFORM / ".terraform.lock.hcl", tmp_path)
    variables = {
        **clean_environment(),
        **environment.instance.aws_environment(),
        **provider.choose().environment,
        "CHECKPOINT_DISABLE": "true",
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["terraform", f"-chdir={tmp_path}", arguments[0], "-no-color", *arguments[1:]]
        return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=240)

    initialised = run("init", "-input=false")
    assert initialised.returncode == 0, initialised.stderr
    return run


def test_resources_live_through_terraform(
    environment: Any, terraform: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    glue = environment.client("glue")
    for changed in ("false", "true"):
        variable = f"-var=changed={changed}"
        applied = terraform("apply", "-input=false", "-auto-approve", variable)
        assert applied.returncode == 0, applied.stdout + applied.stderr
        assert "must be replaced" not in applied.stdout
        planned = terraform("plan", "-input=false", "-detailed-exitcode", variable)
        assert planned.returncode == 0, planned.stdout + planned.stderr
    job = glue.get_job(JobName="terraform-full")["Job"]
    assert (job["NumberOfWorkers"], job["Timeout"], job["MaxRetries"]) == (3, 20, 0)
    assert "Description" not in job
    assert job["JobRunQueuingEnabled"] is True
    assert glue.get_job(JobName="terraform-least")["Job"]["MaxCapacity"] == 10.0
    arn = "arn:aws:glue:us-east-1:000000000000:job/terraform-full"
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"stage": "two"}

    extra = tmp_path / "extra.tf"
    extra.write_text(SCHEDULE_THAT_WOULD_NOT_FIRE)
    refusal = terraform("apply", "-input=false", "-auto-approve", "-var=changed=true")
    assert refusal.returncode == 1
    assert "is not supported by this emulator" in " ".join(refusal.stderr.replace("│", " ").split())
    extra.unlink()

    destroyed = terraform("destroy", "-input=false", "-auto-approve")
    assert destroyed.returncode == 0, destroyed.stdout + destroyed.stderr
    with refused("EntityNotFoundException"):
        glue.get_job(JobName="terraform-full")
    for name in ("by-hand", "daily", "after", "enabled"):
        with refused("EntityNotFoundException"):
            glue.get_trigger(Name=f"terraform-{name}")
    with refused("EntityNotFoundException"):
        glue.get_connection(Name="terraform-network")
    with refused("EntityNotFoundException"):
        glue.get_security_configuration(Name="terraform-security")
