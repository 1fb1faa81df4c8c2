"""Checks of requests that all operations share."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from glue_aurora.rds import faults
from glue_aurora.rds.dialect import TAGS
from glue_aurora.service.errors import NotSupportedError
from glue_aurora.service.tags import Tags, from_list

Item = TypeVar("Item")
_IDENTIFIER = re.compile(r"[a-z](-?[a-z0-9])*", re.IGNORECASE)


def refuse_unknown_members(operation: str, request: Mapping[str, Any], supported: Iterable[str]) -> None:
    """Refuses members that are set and that the operation would have to ignore.

    Raises:
        NotSupportedError: there is one.
    """
    ignored = sorted(name for name, value in request.items() if value and name not in set(supported))
    if ignored:
        raise NotSupportedError(f"rds:{operation} with {', '.join(ignored)}")


def required(request: Mapping[str, Any], name: str) -> str:
    """Returns a member that may not be missing or blank.

    Raises:
        ApiError: InvalidParameterValue.
    """
    value = request.get(name)
    if not value:
        raise faults.invalid_value(f"The parameter {name} must be provided and must not be blank.")
    return str(value)


def check_printable(request: Mapping[str, Any], name: str) -> None:
    """Checks a text that RDS takes in printable ASCII only.

    Source: https://github.com/badmintoncryer/cdk-preflight, pf-rds-description-printable, which has real answers.

    Raises:
        ApiError: InvalidParameterValue.
    """
    text = str(request.get(name) or "")
    if not (text.isascii() and text.isprintable()):
        raise faults.invalid_value(  # [AWS]
            f"The parameter {name} must not contain non-printable control characters.",
            f"Write {name} without accents. RDS takes only ASCII for printable.",
        )


def identifier(request: Mapping[str, Any], name: str, longest: int = 63) -> str:
    """Returns a name for a resource, in lower case as RDS keeps it.

    Raises:
        ApiError: InvalidParameterValue.
    """
    value = required(request, name)
    if len(value) > longest or not _IDENTIFIER.fullmatch(value):
        raise faults.invalid_value(
            f"The parameter {name} is not a valid identifier. Identifiers must begin with a letter; must contain only "
            "ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens."
        )
    return value.lower()


def filtered(
    request: Mapping[str, Any], items: Iterable[Item], filters: Mapping[str, Callable[[Item], Iterable[str]]]
) -> list[Item]:
    """Returns the items that match all of the request's Filters.

    `filters` gives an item's values for each name of a filter.

    Raises:
        ApiError: InvalidParameterValue, for a name that `filters` lacks.
    """
    kept = list(items)
    for wanted in request.get("Filters") or []:
        values_of = filters.get(wanted["Name"])
        if values_of is None:
            raise faults.invalid_value(f"Unrecognized filter name: {wanted['Name']}")
        values = {value.lower() for value in wanted["Values"]}
        kept = [item for item in kept if values & {value.lower() for value in values_of(item)}]
    return kept


def tags_of(request: Mapping[str, Any]) -> Tags:
    """Returns the tags of a request.

    Raises:
        ApiError: InvalidParameterValue, for the prefix that AWS reserves.
    """
    return TAGS.checked(from_list(request.get("Tags")))
