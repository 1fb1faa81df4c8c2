"""Condition blocks.

Sources: IAM guide, reference_policies_elements_condition_operators.html,
reference_policies_condition-single-vs-multi-valued-context-keys.html (ForAllValues, ForAnyValue),
reference_policies_condition-logic-multiple-context-keys-or-values.html.
"""

import base64
import binascii
import ipaddress
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import partial

from glue_aurora.parity.identity.matching import UnjudgedError, arn_like, like, substituted, unescaped
from glue_aurora.parity.identity.policy import Condition
from glue_aurora.parity.identity.request import Request

_IF_EXISTS = "ifexists"
# Other operators have no policy variables (reference_policies_variables.html, "Condition element").
_WITH_VARIABLES = ("string", "arn")


def holds(condition: Condition, variables: bool, request: Request) -> bool:
    """Returns whether a condition holds. `variables`: its policy has policy variables.

    Raises:
        UnjudgedError: the emulator can't judge the key or the operator.
    """
    operator, key, wanted = condition.operator, condition.key, condition.values
    if not key:
        raise UnjudgedError(f"operator {operator} without keys")
    parts = operator_parts(operator)
    if parts is None:
        raise UnjudgedError(f"operator {operator}")
    quantifier, name, if_exists = parts
    actual = request.values(key)
    if name == "null":
        return ("true" if actual is None else "false") in [value.lower() for value in wanted]
    negated, compare = _OPERATORS[name]
    if not actual:
        # A missing key: ForAllValues holds, ForAnyValue does not, with IfExists or without (re:Post question
        # QU9HFmDzP0QGuU-fd7rS6B7w). Alone, IfExists and a negated operator hold.
        return quantifier == "forallvalues" or (not quantifier and (if_exists or negated))
    variables = variables and name.startswith(_WITH_VARIABLES)
    matches = [_any_matches(compare, value, wanted, variables, negated, request) != negated for value in actual]
    if quantifier:
        return all(matches) if quantifier == "forallvalues" else any(matches)
    if len(set(matches)) > 1:  # "Multivalued context keys require a condition set operator"
        raise UnjudgedError(f"operator {operator} on key {key} with several values")
    return matches[0]


def operator_parts(operator: str) -> tuple[str, str, bool] | None:
    """Returns quantifier and name in lower case, and whether IfExists follows. None: IAM has no such operator."""
    quantifier, _, name = operator.lower().rpartition(":")
    if_exists = name.endswith(_IF_EXISTS)
    name = name.removesuffix(_IF_EXISTS)
    known = name in _OPERATORS or (name == "null" and not if_exists)
    return (quantifier, name, if_exists) if known and quantifier in ("", "forallvalues", "foranyvalue") else None


def _any_matches(
    compare: Callable[[str, str], bool],
    actual: str,
    wanted: Iterable[str],
    variables: bool,
    negated: bool,
    request: Request,
) -> bool:
    """Returns whether a value matches one of the policy's.

    A value with a variable that the request does not have matches nothing. AWS may take the whole statement for invalid
    then (reference_policies_variables.html), so nobody knows whether a negated operator holds.
    """
    open_questions: list[UnjudgedError] = []
    for value in wanted:
        try:
            pattern = substituted(value, request.variable) if variables else value
            if pattern is None:
                if negated:
                    raise UnjudgedError(f"policy variable in {value!r}")
                continue
            if compare(actual, pattern):
                return True
        except UnjudgedError as reason:
            open_questions.append(reason)
    if open_questions:
        raise open_questions[0]
    return False


def _equal(actual: str, wanted: str) -> bool:
    return actual == unescaped(wanted)


def _equal_in_any_case(actual: str, wanted: str) -> bool:
    return actual.casefold() == unescaped(wanted).casefold()


def _same_bytes(actual: str, wanted: str) -> bool:
    try:
        return base64.b64decode(actual) == base64.b64decode(unescaped(wanted))
    except binascii.Error:
        return False


def _in_network(actual: str, wanted: str) -> bool:
    try:
        return ipaddress.ip_address(actual) in ipaddress.ip_network(unescaped(wanted), strict=False)
    except ValueError:
        raise UnjudgedError(f"value {wanted!r}, which is no network") from None


def _numbers(test: Callable[[Decimal, Decimal], bool], actual: str, wanted: str) -> bool:
    try:
        return test(Decimal(actual), Decimal(unescaped(wanted)))
    except InvalidOperation:
        raise UnjudgedError(f"value {wanted!r} or {actual!r}, which is no number") from None


def _dates(test: Callable[[datetime, datetime], bool], actual: str, wanted: str) -> bool:
    return test(_date(actual), _date(unescaped(wanted)))


def _date(text: str) -> datetime:
    try:
        if text.replace(".", "", 1).isdecimal() and len(text) > len("2026"):
            return datetime.fromtimestamp(float(text), UTC)
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UnjudgedError(f"value {text!r}, which is no date") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _both(
    name: str, negated_name: str, compare: Callable[[str, str], bool]
) -> dict[str, tuple[bool, Callable[[str, str], bool]]]:
    return {name.lower(): (False, compare), negated_name.lower(): (True, compare)}


def _ordered(kind: str, compare: Callable[..., bool]) -> dict[str, tuple[bool, Callable[[str, str], bool]]]:
    tests: dict[str, Callable[..., bool]] = {
        "LessThan": lambda actual, wanted: actual < wanted,
        "LessThanEquals": lambda actual, wanted: actual <= wanted,
        "GreaterThan": lambda actual, wanted: actual > wanted,
        "GreaterThanEquals": lambda actual, wanted: actual >= wanted,
    }
    equal = partial(compare, lambda actual, wanted: actual == wanted)
    return {
        **_both(f"{kind}Equals", f"{kind}NotEquals", equal),
        **{f"{kind}{name}".lower(): (False, partial(compare, test)) for name, test in tests.items()},
    }


# Lower-case operator: whether it negates, and how one value is compared.
_OPERATORS: Mapping[str, tuple[bool, Callable[[str, str], bool]]] = {
    **_both("StringEquals", "StringNotEquals", _equal),
    **_both("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", _equal_in_any_case),
    **_both("StringLike", "StringNotLike", like),
    **_both("ArnEquals", "ArnNotEquals", arn_like),
    **_both("ArnLike", "ArnNotLike", arn_like),
    **_both("IpAddress", "NotIpAddress", _in_network),
    "bool": (False, _equal_in_any_case),
    "binaryequals": (False, _same_bytes),
    **_ordered("Numeric", _numbers),
    **_ordered("Date", _dates),
}
