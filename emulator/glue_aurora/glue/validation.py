"""Checks a request against the service model, as AWS does before Glue sees it.

Clients check required members and types, not lengths, patterns and enumerations: without this a name that AWS refuses
would be taken here.
"""

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from localstack.aws.api import RequestContext
from localstack.aws.spec import load_service

from glue_aurora.glue.errors import ConstraintError
from glue_aurora.service.dispatch import Handler

# Newer than the model of the botocore that LocalStack 4.10.0 pins (Glue guide, "Jobs": worker types).
_NEWER_ENUM_VALUES = {"WorkerType": ("G.12X", "G.16X", "R.1X", "R.2X", "R.4X", "R.8X")}
# Java writes the characters above U+FFFF as surrogate pairs, which Python's `re` reads as a bad range.
_JAVA_SUPPLEMENTARY = r"\uD800\uDC00-\uDBFF\uDFFF"
_PYTHON_SUPPLEMENTARY = r"\U00010000-\U0010FFFF"


def validated(operation: str, handler: Handler) -> Handler:
    """Handler that first checks the request; it raises ConstraintError and does not call `handler` when it is wrong."""
    shape = load_service("glue").operation_model(operation).input_shape

    @functools.wraps(handler)
    def check_and_handle(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any] | None:
        clean: dict[str, Any] = without_nulls(request)
        violations = list(_violations(shape, clean, "")) if shape else []
        if violations:
            raise ConstraintError(violations)
        return handler(context, clean)

    return check_and_handle


def without_nulls(value: Any) -> Any:
    """Copy without members that are None: LocalStack's parser sets missing required members to None."""
    if isinstance(value, Mapping):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value


def _violations(shape: Shape, value: Any, path: str) -> Iterator[str]:
    yield from _limits(shape, value, path)
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        for name in shape.required_members:
            if name not in value:
                yield f"Value null at '{_join(path, name)}' failed to satisfy constraint: Member must not be null"
        for name, item in value.items():
            if name in shape.members:
                yield from _violations(shape.members[name], item, _join(path, name))
    elif isinstance(shape, ListShape) and isinstance(value, list):
        for index, item in enumerate(value, start=1):
            yield from _violations(shape.member, item, f"{path}.{index}.member")
    elif isinstance(shape, MapShape) and isinstance(value, Mapping):
        for key, item in value.items():
            yield from _violations(shape.key, key, f"{path}.key")
            yield from _violations(shape.value, item, f"{path}.{key}.member")


def _limits(shape: Shape, value: Any, path: str) -> Iterator[str]:
    subject = f"Value '{value}' at '{path}' failed to satisfy constraint: Member must"
    sized = isinstance(value, (str, list, Mapping))
    measure = len(value) if sized else value
    what = "have length" if sized else "have value"
    minimum, maximum = shape.metadata.get("min"), shape.metadata.get("max")
    if minimum is not None and measure < minimum:
        yield f"{subject} {what} greater than or equal to {minimum}"
    if maximum is not None and measure > maximum:
        yield f"{subject} {what} less than or equal to {maximum}"
    if isinstance(shape, StringShape):
        allowed = (*shape.enum, *_NEWER_ENUM_VALUES.get(shape.name, ())) if shape.enum else ()
        if allowed and value not in allowed:
            yield f"{subject} satisfy enum value set: [{', '.join(allowed)}]"
        pattern = shape.metadata.get("pattern")
        if pattern and not _compiled(pattern).fullmatch(value):
            yield f"{subject} satisfy regular expression pattern: {pattern}"


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace(_JAVA_SUPPLEMENTARY, _PYTHON_SUPPLEMENTARY))


def _join(path: str, member: str) -> str:
    name = member[0].lower() + member[1:]
    return f"{path}.{name}" if path else name
