"""Policy documents as the evaluator reads them.

Source of the grammar: IAM guide, reference_policies_grammar.html and reference_policies_elements.html.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property, lru_cache
from typing import Any

ELEMENTS = frozenset(
    {
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    }
)
# The Version is 2008-10-17 where a policy has none.
_WITH_VARIABLES = "2012-10-17"


class Kind(Enum):
    """What a policy is attached to. The value is AWS's name for it in messages."""

    IDENTITY = "identity-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    RESOURCE = "resource-based policy"
    ENDPOINT = "VPC endpoint policy"
    TRUST = "role trust policy"


@dataclass(frozen=True)
class Condition:
    """One key of a Condition block. `key` is empty where the block of an operator has no keys."""

    operator: str
    key: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.operator} {self.key} = {', '.join(self.values)}" if self.key else self.operator


@dataclass(frozen=True)
class Statement:
    """One statement. `number` counts from 1; `unknown` names elements that IAM does not define.

    `variables`: the policy's Version has policy variables. Without it `${…}` is plain text
    (reference_policies_variables.html).
    """

    number: int
    sid: str
    allows: bool
    document: Mapping[str, Any] = field(repr=False)
    unknown: tuple[str, ...] = ()
    variables: bool = True

    @property
    def name(self) -> str:
        """Returns the Sid in quotation marks, or the number."""
        return f"statement {self.sid!r}" if self.sid else f"statement {self.number}"

    @cached_property
    def actions(self) -> tuple[str, ...] | None:
        """Returns the values of Action or NotAction, or None when there is neither."""
        element = "NotAction" if self.excludes_actions else "Action"
        return tuple(self.values(element)) if element in self.document else None

    @cached_property
    def excludes_actions(self) -> bool:
        """Whether the statement has NotAction."""
        return "NotAction" in self.document

    @cached_property
    def resources(self) -> tuple[str, ...] | None:
        """Returns the values of Resource or NotResource, or None when there is neither."""
        element = "NotResource" if self.excludes_resources else "Resource"
        return tuple(self.values(element)) if element in self.document else None

    @cached_property
    def excludes_resources(self) -> bool:
        """Whether the statement has NotResource."""
        return "NotResource" in self.document

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """Returns the keys of the Condition block."""
        found = []
        for operator, block in (self.document.get("Condition") or {}).items():
            keys = block.items() if isinstance(block, Mapping) else [("", None)]
            found += [Condition(operator, key, tuple(map(text_of, list_of(wanted)))) for key, wanted in keys]
        return tuple(found)

    def values(self, element: str) -> list[str]:
        """Returns the values of an element as text."""
        return [text_of(value) for value in list_of(self.document.get(element))]


@dataclass(frozen=True)
class Policy:
    """A policy document and where it comes from. `label` names it for a reader, such as `inline policy x of role y`."""

    kind: Kind
    label: str
    statements: tuple[Statement, ...]

    @classmethod
    def read(cls, kind: Kind, label: str, document: str | Mapping[str, Any]) -> "Policy":
        """Returns the policy of a JSON document.

        Raises:
            ValueError: it is not JSON, or has another form than a policy.
        """
        if isinstance(document, str):
            return _read_text(kind, label, document)
        return cls._of(kind, label, document)

    @classmethod
    def _of(cls, kind: Kind, label: str, loaded: object) -> "Policy":
        if not isinstance(loaded, Mapping):
            raise ValueError(f"{label} is not a JSON object")
        statements = list_of(loaded.get("Statement"))
        if not all(isinstance(each, Mapping) for each in statements):
            raise ValueError(f"{label} has a statement that is not a JSON object")
        variables = loaded.get("Version") == _WITH_VARIABLES
        numbered = enumerate(statements, start=1)
        return cls(kind, label, tuple(_statement(number, each, variables) for number, each in numbered))


@lru_cache(maxsize=512)
def _read_text(kind: Kind, label: str, text: str) -> Policy:
    """Returns the policy of a text. Every request asks for the same few."""
    return Policy._of(kind, label, json.loads(text))


def _statement(number: int, document: Mapping[str, Any], variables: bool) -> Statement:
    unknown = [f"element {name}" for name in document if name not in ELEMENTS]
    effect = document.get("Effect")
    if effect not in ("Allow", "Deny"):
        unknown.append(f"Effect {effect!r}")
    return Statement(number, str(document.get("Sid", "")), effect == "Allow", document, tuple(unknown), variables)


def list_of(value: Any) -> Sequence[Any]:
    """Returns `value` as a list: policies write a list of one as the value itself."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def text_of(value: Any) -> str:
    """Returns a value of a policy as text: JSON's true and 5 mean "true" and "5"."""
    return str(value).lower() if isinstance(value, bool) else str(value)
