"""Reads policy documents for the rules: statements, principals, and which of them do not exist."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from moto.iam.models import iam_backends

Statement = Mapping[str, Any]


def document(text: Any) -> Mapping[str, Any] | None:
    """Returns a policy document, or None when `text` is none: its service words that refusal."""
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def statements(text: Any) -> list[Statement]:
    """Returns the statements of a document, none when it can't be read."""
    found = (document(text) or {}).get("Statement", [])
    return [each for each in (found if isinstance(found, list) else [found]) if isinstance(each, dict)]


def listed(value: Any) -> list[str]:
    """Returns the values of an element, which may be one or a list."""
    return [str(each) for each in (value if isinstance(value, list) else [value])] if value is not None else []


def principals(statement: Statement, kind: str) -> list[str]:
    """Returns the principals of a kind such as `AWS`. `*` alone is a principal of the kind `AWS`."""
    element = statement.get("Principal", statement.get("NotPrincipal"))
    if element == "*":
        return ["*"] if kind == "AWS" else []
    return listed(element.get(kind)) if isinstance(element, dict) else []


def unknown_principals(text: Any, account: str) -> Iterator[str]:
    """Yields the roles and users of `account` in a document that do not exist."""
    yield from unknown((arn for statement in statements(text) for arn in principals(statement, "AWS")), account)


def unknown(arns: Iterable[str], account: str) -> Iterator[str]:
    """Yields those of the ARNs that are roles and users of `account` and do not exist.

    Roles of AWS's services, sessions and other accounts are not judged: nothing here knows them.
    """
    known: set[str] | None = None
    for arn in arns:
        kind = arn.partition(f"::{account}:")[2].partition("/")[0]
        if not arn.startswith("arn:") or kind not in ("role", "user") or "/aws-service-role/" in arn:
            continue
        if known is None:
            known = _arns(account)
        if arn not in known:
            yield arn


def _arns(account: str) -> set[str]:
    found = set()
    for backend in iam_backends[account].values():
        found |= {role.arn for role in backend.roles.values()} | {user.arn for user in backend.users.values()}
    return found


def first(values: Iterator[str]) -> tuple[str] | None:
    """Returns the first value as the values of a rule's sentence, or None."""
    value = next(values, None)
    return None if value is None else (value,)
