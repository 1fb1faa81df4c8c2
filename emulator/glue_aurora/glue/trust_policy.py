"""Judges whether a role's trust policy lets the Glue service assume the role.

Sources: IAM guide, reference_policies_elements.html, reference_policies_elements_condition_operators.html,
reference_policies_condition-keys.html. The emulator knows few keys of the service's request and not every operator. It
names each part that it cannot judge, and such a part never helps the role: a Deny with it counts as matching, an Allow
does not.
"""

import fnmatch
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

_SERVICE = "glue.amazonaws.com"
_ACTION = "sts:assumerole"
# Keys that the request of an AWS service has in addition to those that the caller of `judge` knows.
_KEYS_OF_A_SERVICE = {
    "aws:SecureTransport": "true",
    "aws:PrincipalIsAWSService": "true",
    "aws:PrincipalServiceName": _SERVICE,
}
_KEYS_NO_SERVICE_SENDS = frozenset({"sts:externalid"})
_ELEMENTS = frozenset({"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Condition"})
_KINDS_OF_PRINCIPAL = frozenset({"AWS", "Service", "Federated", "CanonicalUser"})
_IF_EXISTS = "IfExists"
_PARTS_OF_AN_ARN = 6


@dataclass(frozen=True)
class Judgement:
    """Whether Glue may assume the role, and what of the policy the emulator could not judge."""

    trusted: bool
    unjudged: tuple[str, ...] = ()


class _UnjudgedError(Exception):
    """The emulator cannot judge this part of a statement. The text names it."""


def judge(policy: Mapping[str, Any], context: Mapping[str, str]) -> Judgement:
    """Returns whether `policy` lets Glue assume the role. `context` has condition keys, such as `aws:SourceAccount`."""
    keys = {key.lower(): value for key, value in {**_KEYS_OF_A_SERVICE, **context}.items()}
    allowed = denied = False
    unjudged: list[str] = []
    for number, statement in enumerate(_list(policy.get("Statement")), start=1):
        allows = statement.get("Effect") == "Allow"
        try:
            matches = _matches(statement, keys)
        except _UnjudgedError as reason:
            unjudged.append(f"{reason} in statement {number} ({statement.get('Effect')})")
            matches = not allows
        allowed |= matches and allows
        denied |= matches and not allows
    return Judgement(allowed and not denied, tuple(unjudged))


def _matches(statement: Mapping[str, Any], keys: Mapping[str, str]) -> bool:
    """Returns whether the statement applies to Glue's request.

    Raises:
        _UnjudgedError: the parts that the emulator can judge leave it open.
    """
    parts: list[Callable[[], bool]] = [
        partial(_elements_are_known, statement),
        partial(_names_service, statement),
        partial(_names_action, statement),
        *_conditions(statement, keys),
    ]
    reasons = []
    for part in parts:
        try:
            if not part():
                return False
        except _UnjudgedError as reason:
            reasons.append(str(reason))
    if reasons:
        raise _UnjudgedError(", ".join(reasons))
    return True


def _elements_are_known(statement: Mapping[str, Any]) -> bool:
    unknown = [f"element {name}" for name in statement if name not in _ELEMENTS]
    if statement.get("Effect") not in ("Allow", "Deny"):
        unknown.append(f"Effect {statement.get('Effect')!r}")
    if unknown:
        raise _UnjudgedError(", ".join(unknown))
    return True


def _names_service(statement: Mapping[str, Any]) -> bool:
    if "NotPrincipal" not in statement:
        return _is_service(statement.get("Principal"))
    if statement.get("Effect") == "Allow":
        raise _UnjudgedError("element NotPrincipal")  # IAM has it for Deny alone.
    return not _is_service(statement["NotPrincipal"])


def _is_service(principal: Any) -> bool:
    if principal == "*":
        return True
    if not isinstance(principal, Mapping):
        raise _UnjudgedError(f"principal {principal!r}")
    # IAM takes {"AWS": "*"} and "*" for the same: everyone.
    if "*" in _list(principal.get("AWS")) or {_SERVICE, "*"} & set(_list(principal.get("Service"))):
        return True
    if unknown := sorted(principal.keys() - _KINDS_OF_PRINCIPAL):
        raise _UnjudgedError(f"principal of kind {unknown[0]}")
    return False


def _names_action(statement: Mapping[str, Any]) -> bool:
    element = "NotAction" if "NotAction" in statement else "Action"
    if element not in statement:
        raise _UnjudgedError("no Action")
    named = any(_like(_ACTION, action.lower()) for action in _list(statement[element]))
    return named != (element == "NotAction")


def _conditions(statement: Mapping[str, Any], keys: Mapping[str, str]) -> Iterable[Callable[[], bool]]:
    for operator, conditions in statement.get("Condition", {}).items():
        for key, wanted in conditions.items():
            yield partial(_holds, operator, key, _list(wanted), keys)


def _holds(operator: str, key: str, wanted: list[Any], keys: Mapping[str, str]) -> bool:
    plain = operator.removesuffix(_IF_EXISTS)
    if operator != "Null" and plain not in _OPERATORS:
        raise _UnjudgedError(f"operator {operator} (key {key})")
    if key.lower() not in keys and key.lower() not in _KEYS_NO_SERVICE_SENDS:
        raise _UnjudgedError(f"key {key} (operator {operator})")
    actual = keys.get(key.lower())
    values = [_text(value) for value in wanted]
    if operator == "Null":
        return ("true" if actual is None else "false") in [value.lower() for value in values]
    negated, matcher = _OPERATORS[plain]
    if actual is None:
        return negated or operator.endswith(_IF_EXISTS)
    return _any_matches(matcher, actual, values) != negated


def _any_matches(matcher: Callable[[str, str], bool], actual: str, values: list[str]) -> bool:
    open_questions: list[_UnjudgedError] = []
    for value in values:
        try:
            if "${" in value:
                raise _UnjudgedError(f"policy variable in {value!r}")
            if matcher(actual, value):
                return True
        except _UnjudgedError as reason:
            open_questions.append(reason)
    if open_questions:
        raise open_questions[0]
    return False


def _equal(actual: str, wanted: str) -> bool:
    return actual == wanted


def _equal_in_any_case(actual: str, wanted: str) -> bool:
    return actual.lower() == wanted.lower()


def _like(actual: str, pattern: str) -> bool:
    # IAM knows * and ? only; fnmatch would read a bracket as a set of characters.
    return fnmatch.fnmatchcase(actual, pattern.replace("[", "[[]"))


def _arn_like(actual: str, pattern: str) -> bool:
    """IAM compares the six parts of an ARN one by one."""
    wanted = pattern.split(":", _PARTS_OF_AN_ARN - 1)
    if len(wanted) != _PARTS_OF_AN_ARN:
        raise _UnjudgedError(f"value {pattern!r}, which is no ARN")
    parts = actual.split(":", _PARTS_OF_AN_ARN - 1)
    return len(parts) == len(wanted) and all(map(_like, parts, wanted))


# Operator: whether it negates, and how one value is compared.
_OPERATORS: Mapping[str, tuple[bool, Callable[[str, str], bool]]] = {
    "StringEquals": (False, _equal),
    "StringNotEquals": (True, _equal),
    "StringEqualsIgnoreCase": (False, _equal_in_any_case),
    "StringNotEqualsIgnoreCase": (True, _equal_in_any_case),
    "StringLike": (False, _like),
    "StringNotLike": (True, _like),
    "ArnEquals": (False, _arn_like),
    "ArnNotEquals": (True, _arn_like),
    "ArnLike": (False, _arn_like),
    "ArnNotLike": (True, _arn_like),
    "Bool": (False, _equal_in_any_case),
}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
