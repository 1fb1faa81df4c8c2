"""Reads the statements of a plan's policy documents, which Terraform reads before the apply or during it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scripts.terraform.plan import Plan


@dataclass(frozen=True)
class Statement:
    """One statement. `resources` leaves out those that the plan does not know yet, which are never `*`."""

    document: str
    sid: str
    allows: bool
    actions: tuple[str, ...]
    resources: frozenset[str]
    principals: frozenset[str]
    services: frozenset[str]
    tests: frozenset[tuple[str, str]]
    has_exceptions: bool

    @property
    def conditions(self) -> set[str]:
        """Returns the keys that a condition looks at."""
        return {key for key, _ in self.tests}

    def __str__(self) -> str:
        return f"{self.document} {self.sid}"


def statements(plan: Plan) -> Iterator[Statement]:
    for document in plan.data:
        if document.type == "aws_iam_policy_document":
            for each in document.values.get("statement") or []:
                yield _statement(document.plain_address, each)


def _statement(document: str, each: dict[str, Any]) -> Statement:
    principals = each.get("principals") or []
    return Statement(
        document=document,
        sid=each.get("sid") or "",
        allows=(each.get("effect") or "Allow") == "Allow",
        actions=tuple(each.get("actions") or ()),
        resources=frozenset(filter(None, each.get("resources") or ())),
        principals=frozenset(name for group in principals for name in group["identifiers"] if name),
        services=frozenset(
            name for group in principals if group["type"] == "Service" for name in group["identifiers"] if name
        ),
        tests=frozenset(
            (condition["variable"], value or "")
            for condition in each.get("condition") or []
            for value in condition.get("values") or [""]
        ),
        has_exceptions=any(each.get(name) for name in ("not_actions", "not_resources", "not_principals")),
    )
