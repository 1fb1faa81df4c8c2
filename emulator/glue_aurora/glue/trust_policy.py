"""Whether a role's trust policy lets the Glue service assume it."""

import fnmatch
from collections.abc import Mapping
from typing import Any

_SERVICE = "glue.amazonaws.com"
_EXACT_OPERATORS = frozenset({"StringEquals", "ArnEquals"})
_PATTERN_OPERATORS = frozenset({"StringLike", "ArnLike", "ArnEquals"})
_IF_EXISTS = "IfExists"


def trusts_glue(policy: Mapping[str, Any], context: Mapping[str, str]) -> bool:
    """`context` holds the request's condition keys, such as `aws:SourceAccount`.

    A condition with a key or an operator that is not known here does not hold: AWS would have no value for the key.
    """
    effects = {
        statement.get("Effect")
        for statement in _list(policy.get("Statement"))
        if _names_service(statement) and _names_action(statement) and _conditions_hold(statement, context)
    }
    return "Allow" in effects and "Deny" not in effects


def _names_service(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal", {})
    services = _list(principal if isinstance(principal, str) else principal.get("Service"))
    return _SERVICE in services or "*" in services


def _names_action(statement: Mapping[str, Any]) -> bool:
    return any(fnmatch.fnmatchcase("sts:assumerole", action.lower()) for action in _list(statement.get("Action")))


def _conditions_hold(statement: Mapping[str, Any], context: Mapping[str, str]) -> bool:
    known = {key.lower(): value for key, value in context.items()}
    for operator, conditions in statement.get("Condition", {}).items():
        optional = operator.endswith(_IF_EXISTS)
        for key, wanted in conditions.items():
            actual = known.get(key.lower())
            if actual is None and optional:
                continue
            if actual is None or not _any_matches(operator.removesuffix(_IF_EXISTS), actual, _list(wanted)):
                return False
    return True


def _any_matches(operator: str, actual: str, wanted: list[Any]) -> bool:
    if operator in _EXACT_OPERATORS and actual in wanted:
        return True
    # IAM knows * and ? only; fnmatch would read a bracket as a set of characters.
    patterns = [str(value).replace("[", "[[]") for value in wanted]
    return operator in _PATTERN_OPERATORS and any(fnmatch.fnmatchcase(actual, pattern) for pattern in patterns)


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
