"""Tells whether a saved plan is the one that a person approved, without handing over the plan itself.

A plan file holds values in clear, so it must not leave the machine that made it. Its hash may.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from scripts.base.errors import CommandError

# These parts differ between two plans of the same change: the time, what was read on the way (the caller's role is in
# it), and resources that stay as they are. A new part of a later Terraform counts until it is named here.
_NOT_DECIDED = {"timestamp", "prior_state", "planned_values", "resource_drift", "relevant_attributes", "checks"}


def digest(plan: Mapping[str, Any]) -> str:
    """SHA-256 (64 hex digits) of what the plan would do: its changes with all values, its variables and configuration.

    Args:
        plan: the document that `terraform show -json PLANFILE` prints.
    """
    decided = {name: part for name, part in plan.items() if name not in _NOT_DECIDED}
    decided["resource_changes"] = sorted(_changed(plan), key=lambda each: (each["address"], each.get("deposed", "")))
    decided["output_changes"] = {
        name: change for name, change in plan.get("output_changes", {}).items() if change["actions"] != ["no-op"]
    }
    return hashlib.sha256(json.dumps(decided, sort_keys=True).encode()).hexdigest()


def changes(plan: Mapping[str, Any]) -> list[str]:
    """A line for each resource that the plan changes: the actions and the address, no values."""
    return sorted(f"{' and '.join(each['change']['actions'])} {each['address']}" for each in _changed(plan))


def outputs(plan: Mapping[str, Any]) -> str:
    """The lines that a pipeline hands from the plan to the apply: `hash=…` and `changes=…`, a JSON list."""
    return f"hash={digest(plan)}\nchanges={json.dumps(changes(plan))}\n"


def check(plan: Mapping[str, Any], approved: str, approved_changes: str = "") -> None:
    """Compares `plan` with the approved one.

    Args:
        plan: the plan that is about to be applied.
        approved: the approved plan's digest.
        approved_changes: its `changes` as a JSON list; they tell what differs.

    Raises:
        CommandError: the digests differ, or none was given.
    """
    remedy = "read the new plan and have it approved: run the workflow again (here: make aws-plan)"
    if not approved:
        raise CommandError("PLAN_HASH is empty: no approved plan is known, so nothing was changed", remedy)
    if digest(plan) != approved:
        cause = f"the saved plan is not the approved one, so nothing was changed (hash {digest(plan)}, not {approved})"
        raise CommandError("\n".join([cause, *_difference(changes(plan), approved_changes)]), remedy)


def _difference(found: Sequence[str], approved_changes: str) -> list[str]:
    try:
        approved = json.loads(approved_changes)
    except ValueError:
        return [f"     it would {line}" for line in found]
    if sorted(approved) == sorted(found):
        return ["     the same resources change, but with other values, variables or configuration"]
    return [
        *(f"     not approved: {line}" for line in found if line not in approved),
        *(f"     approved, but no longer in the plan: {line}" for line in approved if line not in found),
    ]


def _changed(plan: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in plan.get("resource_changes", []) if each["change"]["actions"] != ["no-op"]]
