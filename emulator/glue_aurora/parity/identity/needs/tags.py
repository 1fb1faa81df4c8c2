"""The tags of a request, and their condition keys (aws:RequestTag, aws:TagKeys)."""

from collections.abc import Iterable, Mapping
from typing import Any

from glue_aurora.service.call import Call

_MEMBERS = ("Tags", "tags", "ResourceTags", "TagList")


def tags_of(call: Call) -> dict[str, str]:
    """Returns the tags that a request gives to a resource, in whichever of AWS's forms."""
    found: dict[str, str] = {}
    for member in _MEMBERS:
        found |= _read(call.parameters.get(member))
    for each in call.parameters.get("TagSpecifications") or []:
        found |= _read(each.get("Tags"))
    return found


def keys_of(tags: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Returns the condition keys of a request with these tags."""
    if not tags:
        return {}
    return {**{f"aws:requesttag/{name.lower()}": (value,) for name, value in tags.items()}, "aws:tagkeys": tuple(tags)}


def _read(tags: Any) -> dict[str, str]:
    if isinstance(tags, Mapping):
        return {str(name): str(value) for name, value in tags.items()}
    pairs: Iterable[Any] = tags if isinstance(tags, list) else ()
    return {
        str(each.get("Key", each.get("TagKey"))): str(each.get("Value", each.get("TagValue")) or "")
        for each in pairs
        if isinstance(each, Mapping)
    }
