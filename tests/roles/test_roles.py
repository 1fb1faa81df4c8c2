"""GitHub's roles and the job's role have the rights that they need: `dev` lives from plan to destroy by them alone.

The tests are steps of one road, in this order. Each makes targets with the keys that a workflow's step would have.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from scripts.base.paths import TOP
from tests.kit.aws import refused
from tests.kit.expected import expected
from tests.kit.pipeline import DEV, PULL_REQUEST, REPOSITORY, STATE
from tests.kit.unused_rights import RIGHTS, unused
from tests.roles.conftest import Roles

pytestmark = pytest.mark.roles


@pytest.mark.parametrize(
    ("role", "subject"),
    [
        ("plan", DEV),
        ("plan", f"{REPOSITORY}:ref:refs/heads/topic"),
        ("apply", PULL_REQUEST),
        ("apply", f"{REPOSITORY}:ref:refs/heads/main"),
        ("apply", f"{REPOSITORY}:environment:staging"),
        ("apply", "repo:another/name:environment:dev"),
    ],
)
def test_no_other_workflow_takes_a_role(roles: Roles, role: str, subject: str) -> None:
    with refused("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"):
        roles.pipeline.sign_in(getattr(roles, role), subject)


def test_plan_of_a_pull_request(roles: Roles) -> None:
    keys = roles.pipeline.sign_in(roles.plan, PULL_REQUEST)
    said = roles.pipeline.make("aws-plan", keys)
    assert "assumed-role/letrus-de-case-github-plan/GitHubActions" in said
    assert re.search(r"Plan: \d+ to add, 0 to change, 0 to destroy", said)


def test_plan_role_applies_nothing(roles: Roles) -> None:
    done = roles.pipeline.try_make("aws-apply", roles.pipeline.sign_in(roles.plan, PULL_REQUEST))
    assert done.returncode != 0
    assert "is not authorized to perform" in done.stdout
    assert not [each for each in buckets(roles) if each != STATE]


def test_apply_of_the_approved_plan(roles: Roles) -> None:
    approve(roles)
    said = apply(roles)
    assert "Apply complete!" in said
    keys = roles.pipeline.sign_in(roles.apply, DEV)
    assert "sql/01_create_tables.sql ran" in roles.pipeline.make("aws-create-tables", keys)


def test_job_runs_with_its_own_role(roles: Roles) -> None:
    said = roles.pipeline.make("aws-run", roles.pipeline.sign_in(roles.apply, DEV))
    assert "SUCCEEDED" in said
    assert f"kept {len(expected(TOP / 'csv_exemplos').rows)}" in said


def test_change_of_what_the_variables_say(roles: Roles) -> None:
    file = roles.pipeline.top / "terraform" / "environments" / "dev.tfvars"
    text = file.read_text()
    for old, new in CHANGES.items():
        assert old in text
        text = text.replace(old, new)
    file.write_text(text)
    approve(roles)
    said = apply(roles)
    assert re.search(r"Apply complete! Resources: [1-9]\d* added, [1-9]\d* changed", said)
    assert "No changes." in roles.pipeline.make("aws-plan", roles.pipeline.sign_in(roles.plan, PULL_REQUEST))


def test_destroy(roles: Roles) -> None:
    said = roles.pipeline.make("aws-destroy", roles.pipeline.sign_in(roles.apply, DEV))
    assert "Destroy complete!" in said


def test_no_request_was_refused_but_those_of_the_plan_role_that_wanted_to_apply(roles: Roles) -> None:
    assert [each["reason"] for each in decisions(roles, roles.apply) if each["outcome"] == "refused"] == []
    calls = {each["call"] for each in decisions(roles, roles.plan) if each["outcome"] == "refused"}
    assert calls
    assert not [each for each in calls if not re.search(":(Create|Put)", each)]


@pytest.mark.parametrize("name", ["plan", "apply"])
def test_rights_that_no_request_used_have_a_reason(roles: Roles, name: str) -> None:
    report = roles.pipeline.report(getattr(roles, name))
    assert report["mode"] == "enforce"
    assert unused(report["unused"]) == {sid: set(reasons) for sid, reasons in RIGHTS[name].items()}


CHANGES = {
    "log_retention_days  = 7": "log_retention_days  = 14",
    "aurora_max_capacity             = 1": "aurora_max_capacity             = 2",
    "alarms_enabled     = false": "alarms_enabled     = true",
    "dashboard_enabled  = false": "dashboard_enabled  = true",
    "monthly_budget_usd = 15": "monthly_budget_usd = 20",
}


def decisions(roles: Roles, role_arn: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = roles.pipeline.report(role_arn)["decisions"]
    return found


def buckets(roles: Roles) -> list[str]:
    return [each["Name"] for each in roles.pipeline.client("s3").list_buckets()["Buckets"]]


def approve(roles: Roles) -> None:
    roles.pipeline.make("aws-plan", roles.pipeline.sign_in(roles.plan, f"{REPOSITORY}:ref:refs/heads/main"))


def apply(roles: Roles) -> str:
    """Plans again and applies what was approved, as the apply job does."""
    keys, approved = roles.pipeline.sign_in(roles.apply, DEV), roles.pipeline.approved()
    roles.pipeline.make("aws-plan", keys)
    return roles.pipeline.make("aws-apply", keys, **approved)
