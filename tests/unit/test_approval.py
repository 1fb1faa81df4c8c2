"""Which plans count as the one that a person approved."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from scripts.base.errors import CommandError
from scripts.terraform import approval

pytestmark = pytest.mark.unit


def change(address: str, *actions: str, **after: Any) -> dict[str, Any]:
    return {"address": address, "mode": "managed", "change": {"actions": [*actions], "before": None, "after": after}}


PLAN: dict[str, Any] = {
    "format_version": "1.2",
    "timestamp": "2026-01-01T10:00:00Z",
    "variables": {"alarm_email": {"value": "a@example.org"}},
    "prior_state": {"values": {"root_module": {"resources": [{"address": "data.aws_caller_identity.current"}]}}},
    "planned_values": {"root_module": {}},
    "resource_changes": [
        change("aws_s3_bucket.data", "create", bucket="data"),
        change("aws_rds_cluster.this", "no-op", engine_version_actual="16.8"),
        change("aws_glue_job.this", "delete", "create", name="job"),
    ],
    "output_changes": {"bucket": {"actions": ["create"], "after": "data"}},
    "configuration": {"root_module": {"resources": [{"address": "aws_s3_bucket.data"}]}},
}


def edited(edit: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    plan = copy.deepcopy(PLAN)
    edit(plan)
    return plan


@pytest.mark.parametrize(
    "edit",
    [
        lambda plan: plan.update(timestamp="2026-01-01T11:00:00Z"),
        lambda plan: plan["prior_state"].update(values={}),
        lambda plan: plan["resource_changes"].reverse(),
        lambda plan: plan["resource_changes"][1]["change"]["after"].update(engine_version_actual="16.9"),
        lambda plan: plan.update(relevant_attributes=[{"resource": "x"}]),
    ],
)
def test_same_change_planned_again_has_the_same_hash(edit: Callable[[dict[str, Any]], Any]) -> None:
    assert approval.digest(edited(edit)) == approval.digest(PLAN)


@pytest.mark.parametrize(
    "edit",
    [
        lambda plan: plan["resource_changes"][0]["change"]["after"].update(bucket="other"),
        lambda plan: plan["resource_changes"][1]["change"].update(actions=["delete"]),
        lambda plan: plan["resource_changes"].pop(0),
        lambda plan: plan["resource_changes"].append(change("aws_iam_role.admin", "create")),
        lambda plan: plan["output_changes"]["bucket"].update(after="other"),
        lambda plan: plan["variables"]["alarm_email"].update(value="b@example.org"),
        lambda plan: plan["configuration"]["root_module"]["resources"][0].update(provisioners=[{"type": "local-exec"}]),
        lambda plan: plan.update(action_invocations=[{"address": "action.aws_lambda_invoke.x"}]),
    ],
)
def test_other_change_is_refused(edit: Callable[[dict[str, Any]], Any]) -> None:
    approval.check(PLAN, approval.digest(PLAN))
    with pytest.raises(CommandError, match="not the approved one, so nothing was changed"):
        approval.check(edited(edit), approval.digest(PLAN))


def test_refusal_names_what_differs() -> None:
    other = edited(lambda plan: plan["resource_changes"].append(change("aws_iam_role.admin", "create")))
    approved = approval.outputs(other).splitlines()[1].removeprefix("changes=")
    with pytest.raises(CommandError, match=r"no longer in the plan: create aws_iam_role\.admin"):
        approval.check(PLAN, approval.digest(other), approved)
    with pytest.raises(CommandError, match=r"not approved: create aws_iam_role\.admin"):
        approval.check(other, approval.digest(PLAN), json.dumps(approval.changes(PLAN)))
    values = edited(lambda plan: plan["resource_changes"][0]["change"]["after"].update(bucket="other"))
    with pytest.raises(CommandError, match="the same resources change, but with other values"):
        approval.check(values, approval.digest(PLAN), json.dumps(approval.changes(PLAN)))
    with pytest.raises(CommandError, match=r"it would delete and create aws_glue_job\.this"):
        approval.check(PLAN, "0" * 64)


def test_empty_hash_approves_nothing() -> None:
    """A pipeline that lost the hash must not apply whatever there is."""
    with pytest.raises(CommandError, match="PLAN_HASH is empty"):
        approval.check(PLAN, "")


def test_what_a_pipeline_hands_over_holds_no_value() -> None:
    lines = approval.outputs(PLAN).splitlines()
    assert [line.partition("=")[0] for line in lines] == ["hash", "changes"]
    assert "example.org" not in approval.outputs(PLAN)
    assert json.loads(lines[1].removeprefix("changes=")) == [
        "create aws_s3_bucket.data",
        "delete and create aws_glue_job.this",
    ]
