"""The applied module 6_monitoring tells the subscribers of its topic about a failed run."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scripts.base.isolation import clean_environment
from scripts.base.paths import TERRAFORM
from scripts.terraform import provider
from tests.kit.aws import refused
from tests.kit.glue import GlueKit
from tests.kit.queues import Queue

pytestmark = pytest.mark.emulator

ROOT = """
provider "aws" {
  region      = "us-east-1"
  max_retries = 2
  default_tags { tags = { Project = "monitoring-test" } }
}

variable "job_name" { type = string }
variable "budget" { type = number }

resource "aws_kms_key" "this" {
  # EventBridge publishes to an encrypted topic only where the key lets it.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "kms:*", Resource = "*", Principal = { AWS = "arn:aws:iam::000000000000:root" } },
      {
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Principal = { Service = "events.amazonaws.com" }
      },
    ]
  })
}

module "monitoring" {
  source = "%s"

  project_name              = "monitoring-test"
  kms_key_arn               = aws_kms_key.this.arn
  email                     = "someone@example.org"
  alarms_enabled            = true
  dashboard_enabled         = true
  monthly_budget_usd        = var.budget
  job_name                  = var.job_name
  log_group_output_name     = "/aws-glue/monitoring-test/output"
  aurora_cluster_identifier = "monitoring-test-aurora"
}

output "topic" { value = module.monitoring.topic_arn }
"""


def test_failed_run_reaches_the_topic(environment: Any, tmp_path: Path) -> None:
    kit = GlueKit(environment.client)
    job = kit.create_job(Role="arn:aws:iam::000000000000:role/missing")
    (tmp_path / "main.tf").write_text(ROOT % (TERRAFORM / "modules" / "6_monitoring"))
    shutil.copy(TERRAFORM / ".terraform.lock.hcl", tmp_path)
    variables = {
        **clean_environment(),
        **environment.instance.aws_environment(),
        **provider.choose().environment,
        "CHECKPOINT_DISABLE": "true",
        "TF_VAR_job_name": job,
    }

    def terraform(*arguments: str, budget: int = 15) -> str:
        command = ["terraform", f"-chdir={tmp_path}", arguments[0], "-no-color", *arguments[1:]]
        settings = {**variables, "TF_VAR_budget": str(budget)}
        done = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=400)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr
        return done.stdout

    terraform("init", "-input=false")
    for budget in (15, 20):
        terraform("apply", "-input=false", "-auto-approve", budget=budget)
        terraform("plan", "-input=false", "-detailed-exitcode", budget=budget)  # 0: nothing to change

    queue, sns = Queue(environment.client), environment.client("sns")
    topic = terraform("output", "-raw", "topic")
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn)
    run = kit.finish(job)
    (message,) = queue.messages(least=1)
    assert message["TopicArn"] == topic
    event = json.loads(message["Message"])
    assert (event["detail"]["state"], event["detail"]["message"]) == ("FAILED", run["ErrorMessage"])

    terraform("destroy", "-input=false", "-auto-approve")
    with refused("NotFound"):
        sns.get_topic_attributes(TopicArn=topic)
    budgets = environment.client("budgets").describe_budgets(AccountId="000000000000")["Budgets"]
    assert [one for one in budgets if "monitoring-test" in one["BudgetName"]] == []
