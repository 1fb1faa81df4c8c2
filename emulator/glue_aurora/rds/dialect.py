"""How Amazon RDS words what all services have: pages, tags, and the constraints of its model."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from glue_aurora.rds import faults
from glue_aurora.service.pages import Pages
from glue_aurora.service.tags import TagRules
from glue_aurora.service.validation import ModelRules

Item = TypeVar("Item")
_SMALLEST_PAGE = 20
_PAGES = Pages(
    "Marker", "MaxRecords", lambda marker: faults.invalid_value(f"The specified marker is invalid: {marker}")
)
TAGS = TagRules(
    reserved_key=lambda key: faults.invalid_value(f"Invalid tag key {key}: keys that begin with aws: are reserved"),
    odd=lambda part, text: faults.invalid_value(  # [AWS]
        f"Tag {part}s may only contain unicode letters, digits, whitespace, or one of these symbols: _ . : / = + \\ - @"
    ),
)
MODEL_RULES = ModelRules(refuse=faults.invalid_request)


def page(
    request: Mapping[str, Any],
    member: str,
    items: Sequence[Item],
    answer: Callable[[Item], Mapping[str, Any]],
    key: Callable[[Item], str],
    most: int = 100,
) -> dict[str, Any]:
    """Returns one page of `items`, each as `answer` shows it, with a Marker when more follow.

    MaxRecords is 20 to `most`, and 100 by default. `key` gives an item's identity.

    Raises:
        ApiError: InvalidParameterValue, for MaxRecords or Marker.
    """
    size = request.get("MaxRecords")
    if size is not None and not _SMALLEST_PAGE <= size <= most:
        raise faults.invalid_value(f"Invalid value {size} for MaxRecords. Must be between {_SMALLEST_PAGE} and {most}")
    found = _PAGES.page(request, member, items, key)
    return {**found, member: [dict(answer(item)) for item in found[member]]}
