"""Checks of requests that all operations share, and answers in pages."""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from glue_aurora.rds import faults
from glue_aurora.service.errors import ApiError, NotSupportedError

Item = TypeVar("Item")
_IDENTIFIER = re.compile(r"[a-z](-?[a-z0-9])*", re.IGNORECASE)


def refuse_unknown_members(operation: str, request: Mapping[str, Any], supported: Iterable[str]) -> None:
    """Refuse members that are set and that the operation would have to ignore. Raises NotSupportedError."""
    ignored = sorted(name for name, value in request.items() if value and name not in set(supported))
    if ignored:
        raise NotSupportedError(f"rds:{operation} with {', '.join(ignored)}")


def required(request: Mapping[str, Any], name: str) -> str:
    """A member that may not be missing or blank. Raises ApiError InvalidParameterValue."""
    value = request.get(name)
    if not value:
        raise faults.invalid_value(f"The parameter {name} must be provided and must not be blank.")
    return str(value)


def identifier(request: Mapping[str, Any], name: str, longest: int = 63) -> str:
    """A name for a resource, in lower case as RDS keeps it. Raises ApiError InvalidParameterValue."""
    value = required(request, name)
    if len(value) > longest or not _IDENTIFIER.fullmatch(value):
        raise faults.invalid_value(
            f"The parameter {name} is not a valid identifier. Identifiers must begin with a letter; must contain only "
            "ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens."
        )
    return value.lower()


def page(
    request: Mapping[str, Any],
    member: str,
    items: Sequence[Item],
    answer: Callable[[Item], Mapping[str, Any]],
    most: int = 100,
) -> dict[str, Any]:
    """One page of `items` under `member`, with a Marker when more follow (MaxRecords 20 to `most`, 100 by default)."""
    size = request.get("MaxRecords") or 100
    if not 20 <= size <= most:
        raise faults.invalid_value(f"Invalid value {size} for MaxRecords. Must be between 20 and {most}")
    start = _position(request.get("Marker"))
    result: dict[str, Any] = {member: [dict(answer(item)) for item in items[start : start + size]]}
    if start + size < len(items):
        result["Marker"] = base64.urlsafe_b64encode(str(start + size).encode()).decode()
    return result


def filtered(
    request: Mapping[str, Any], items: Iterable[Item], filters: Mapping[str, Callable[[Item], Iterable[str]]]
) -> list[Item]:
    """Items that match all of the request's Filters; `filters` gives an item's values for each name.

    Raises ApiError InvalidParameterValue for a name that is not there.
    """
    kept = list(items)
    for wanted in request.get("Filters") or []:
        values_of = filters.get(wanted["Name"])
        if values_of is None:
            raise faults.invalid_value(f"Unrecognized filter name: {wanted['Name']}")
        values = {value.lower() for value in wanted["Values"]}
        kept = [item for item in kept if values & {value.lower() for value in values_of(item)}]
    return kept


def tags_of(request: Mapping[str, Any]) -> dict[str, str]:
    """Tags of a request. Raises ApiError InvalidParameterValue for the prefix that AWS keeps for itself."""
    tags = {tag["Key"]: tag.get("Value", "") for tag in request.get("Tags") or []}
    for key in tags:
        if key.lower().startswith("aws:"):
            raise faults.invalid_value(f"Invalid tag key {key}: keys that begin with aws: are reserved")
    return tags


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as the API lists them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def without_nothing(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer without members that are None: the API omits what does not apply."""
    return {name: value for name, value in answer.items() if value is not None}


def _position(marker: str | None) -> int:
    if not marker:
        return 0
    try:
        return int(base64.urlsafe_b64decode(marker.encode()).decode())
    except (binascii.Error, ValueError) as error:
        raise ApiError("InvalidParameterValue", f"The specified marker is invalid: {marker}") from error
