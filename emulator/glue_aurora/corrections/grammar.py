"""The grammar of policies: what every service finds wrong in one. The services' tables have their own codes and words.

Sources: IAM guide, reference_policies_grammar.html, reference_policies_elements_condition_operators.html and
reference_policies_elements_principal.html. What these pages leave open is taken.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator
from typing import Any

from glue_aurora.corrections.documents import Statement, document, listed, principals, statements
from glue_aurora.parity.identity.conditions import operator_parts
from glue_aurora.parity.identity.policy import ELEMENTS

_VERSIONS = ("2008-10-17", "2012-10-17")
_TOP = frozenset({"Version", "Id", "Statement"})
# An account, an ARN without wildcards, or the id that IAM writes in place of a principal that was deleted. CloudFront's
# identities are users of the account "cloudfront".
_AWS = re.compile(
    r"\*|\d{4}-?\d{4}-?\d{4}|A[A-Z0-9]{15,}|"
    r"arn:[a-z-]+:(iam|sts)::(\d{12}|cloudfront):(root|(user|role|assumed-role|federated-user)/[^*?]+)"
)
# Alexa's principals are the only ones with another ending.
_SERVICE = re.compile(r"[a-z0-9][a-z0-9.-]*\.amazonaws\.com(\.cn)?|alexa-[a-z]+\.amazon\.com|\*")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_DATE = re.compile(r"-?\d+(\.\d+)?|\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])([Tt].+)?)?")


def odd_version(text: Any) -> bool:
    """Returns whether a policy has a version that the language never had."""
    return (document(text) or {}).get("Version", _VERSIONS[0]) not in _VERSIONS


def missing(statement: Statement, *elements: str) -> Iterator[str]:
    """Yields those of the elements that a statement has neither by their name nor with Not before it."""
    yield from (name for name in elements if name not in statement and f"Not{name}" not in statement)


def odd_operators(statement: Statement) -> Iterator[str]:
    """Yields the condition operators that do not exist."""
    yield from (operator for operator, keys in conditions(statement) if keys and operator_parts(operator) is None)


def odd_principals(statement: Statement, kind: str) -> Iterator[str]:
    """Yields the principals of the kind `AWS` or `Service` that have another form than any such principal."""
    form = _AWS if kind == "AWS" else _SERVICE
    yield from (name for name in principals(statement, kind) if not form.fullmatch(name))


def odd_values(statement: Statement, kinds: tuple[str, ...] = ("ipaddress", "arn", "numeric", "date")) -> Iterator[str]:
    """Yields the values of conditions that their operator can't read, for these kinds of operators."""
    for operator, keys in conditions(statement):
        name = (operator_parts(operator) or ("", "", False))[1].removeprefix("not")
        kind = next((each for each in kinds if name.startswith(each)), None)
        for value in (one for values in keys.values() for one in listed(values) if kind):
            if not _READS[str(kind)](value):
                yield value


def is_broken(text: Any) -> bool:
    """Returns whether a JSON document is no policy: elements, operators or a version that the language does not have.

    Source: cdk-preflight, rules/iam, where each of these was tried on AWS: pf-iam-policy-version, -condition-operator,
    -condition-value-type, -exclusive-fields, -statement-required, -statement-unknown-field, -unknown-toplevel-field.
    """
    policy = document(text)
    if policy is None:
        return False
    found = statements(text)
    if not found or not set(policy) <= _TOP or odd_version(text):
        return True
    return any(_is_broken(statement) for statement in found)


def conditions(statement: Statement) -> list[tuple[str, dict[str, Any]]]:
    """Returns the operators of a statement's conditions, each with its keys and values."""
    found = statement.get("Condition") or {}
    return [(name, keys) for name, keys in found.items() if isinstance(keys, dict)] if isinstance(found, dict) else []


def _is_broken(statement: Statement) -> bool:
    both = any({name, f"Not{name}"} <= set(statement) for name in ("Action", "Resource"))
    values = [value for _, keys in conditions(statement) for value in keys.values()]
    nested = any(isinstance(one, dict) for value in values for one in (value if isinstance(value, list) else [value]))
    unknown = any(True for _ in odd_operators(statement))
    return both or nested or unknown or "Effect" not in statement or not set(statement) <= ELEMENTS


def _is_network(value: str) -> bool:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return True


def _is_arn(value: str) -> bool:
    # A short value with a wildcard may stand for whole sections: "*" does.
    return value.count(":") >= 5 or "*" in value or "?" in value


# Source: cdk-preflight, rules/iam/pf-iam-policy-condition-ip-value, -arn-value, -numeric-value and -date-value.
_READS: dict[str, Callable[[str], bool]] = {
    "ipaddress": _is_network,
    "arn": _is_arn,
    "numeric": lambda value: bool(_NUMBER.fullmatch(value)),
    "date": lambda value: bool(_DATE.fullmatch(value)),
}
