"""Checks a request against the service's botocore model, as AWS does before the service sees it.

Clients check required members and types, not lengths, patterns and enumerations: without this a name that AWS refuses
would be taken here.
"""

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from glue_aurora.service.errors import ApiError

# Java writes the characters above U+FFFF as surrogate pairs, which Python's `re` reads as a bad range.
_JAVA_SUPPLEMENTARY = r"\uD800\uDC00-\uDBFF\uDFFF"
_PYTHON_SUPPLEMENTARY = r"\U00010000-\U0010FFFF"
# Java's (?i) holds from where it stands to the end of its group; Python takes it at the start of a pattern only.
_JAVA_IGNORE_CASE = re.compile(r"\(\?i\)([^()|]*)")
# Python's re has no classes of Unicode. These take a little more than Java's: `_` with the letters.
_JAVA_CLASSES = {
    r"\p{L}": r"\w",
    r"\p{N}": r"\d",
    r"\p{Z}": r"\s",
    r"\p{Graph}": r"!-~",
    r"\p{ASCII}": r"\x00-\x7F",
}
_LONGEST_SHOWN = 1000  # characters of a value in a message


@dataclass(frozen=True)
class Violation:
    """One constraint of the model that a request breaks."""

    member: str
    """The member's name as the model spells it."""
    path: str
    """Where the member stands in the request, spelled as AWS's messages spell it."""
    value: str
    constraint: str
    missing: bool = False

    def __str__(self) -> str:
        shown = "null" if self.missing else f"'{self.value}'"
        return f"Value {shown} at '{self.path}' failed to satisfy constraint: Member must {self.constraint}"


def refusal(violations: Sequence[Violation], code: str = "ValidationException") -> ApiError:
    """Returns the error that AWS's own framework answers for `violations`, which must not be empty."""
    noun = "error" if len(violations) == 1 else "errors"
    listed = "; ".join(str(violation) for violation in violations)
    return ApiError(code, f"{len(violations)} validation {noun} detected: {listed}")


@dataclass(frozen=True)
class ModelRules:
    """How one service applies its model to requests."""

    refuse: Callable[[Sequence[Violation]], ApiError] = refusal
    """Makes the error for the violations of a request."""
    newer_values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Values of an enumeration, by shape, that AWS takes and this botocore does not know yet."""
    unchecked_shapes: frozenset[str] = frozenset()
    """Shapes with limits that AWS itself does not apply."""

    def check(self, shape: Shape | None, request: Mapping[str, Any]) -> None:
        """Checks a request without nulls against `shape`, the input of its operation.

        Raises:
            ApiError: the request breaks a constraint.
        """
        violations = list(self._violations(shape, request, "", "")) if shape else []
        if violations:
            raise self.refuse(violations)

    def _violations(self, shape: Shape, value: Any, member: str, path: str) -> Iterator[Violation]:
        if shape.name not in self.unchecked_shapes:
            for constraint in self._broken(shape, value):
                shown = "***" if shape.metadata.get("sensitive") else str(value)[:_LONGEST_SHOWN]
                yield Violation(member, path, shown, constraint)
        if isinstance(shape, StructureShape) and isinstance(value, Mapping):
            for name in shape.required_members:
                if name not in value:
                    yield Violation(name, _join(path, name), "", "not be null", missing=True)
            for name, item in value.items():
                if name in shape.members:
                    yield from self._violations(shape.members[name], item, name, _join(path, name))
        elif isinstance(shape, ListShape) and isinstance(value, list):
            for index, item in enumerate(value, start=1):
                yield from self._violations(shape.member, item, member, f"{path}.{index}.member")
        elif isinstance(shape, MapShape) and isinstance(value, Mapping):
            for key, item in value.items():
                yield from self._violations(shape.key, key, member, f"{path}.key")
                yield from self._violations(shape.value, item, member, f"{path}.{key}.member")

    def _broken(self, shape: Shape, value: Any) -> Iterator[str]:
        sized = isinstance(value, (str, bytes, list, Mapping))
        measure = len(value) if sized else value
        what = "have length" if sized else "have value"
        minimum, maximum = shape.metadata.get("min"), shape.metadata.get("max")
        if minimum is not None and measure < minimum:
            yield f"{what} greater than or equal to {minimum}"
        if maximum is not None and measure > maximum:
            yield f"{what} less than or equal to {maximum}"
        if isinstance(shape, StringShape):
            allowed = (*shape.enum, *self.newer_values.get(shape.name, ())) if shape.enum else ()
            if allowed and value not in allowed:
                yield f"satisfy enum value set: [{', '.join(allowed)}]"
            pattern = shape.metadata.get("pattern")
            if pattern and not compiled(pattern).fullmatch(value):
                yield f"satisfy regular expression pattern: {pattern}"


@functools.cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Returns a pattern of a model, which is written for Java, as Python's.

    Raises:
        re.error: Python cannot read the pattern.
    """
    readable = pattern.replace(_JAVA_SUPPLEMENTARY, _PYTHON_SUPPLEMENTARY)
    for java, python in _JAVA_CLASSES.items():
        readable = readable.replace(java, python)
    return re.compile(_JAVA_IGNORE_CASE.sub(r"(?i:\1)", readable))


def _join(path: str, member: str) -> str:
    name = member[0].lower() + member[1:]
    return f"{path}.{name}" if path else name
