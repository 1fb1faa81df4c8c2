"""What AWS's services have in common about tags: which characters, how many, which prefix is AWS's own."""

from collections.abc import Callable, Mapping
from typing import Any

from glue_aurora.service.call import Call
from glue_aurora.service.tags import is_odd

Tags = list[tuple[str, str]]


def pairs(tags: Any, key: str = "Key", value: str = "Value") -> Tags:
    """Returns the tags of a request, which has them as a list of objects or as an object."""
    if isinstance(tags, Mapping):
        return [(str(name), str(text)) for name, text in tags.items()]
    return [(str(tag.get(key, "")), str(tag.get(value, ""))) for tag in tags or [] if isinstance(tag, Mapping)]


def more_than(most: int, tags: Callable[[Call], Tags]) -> Callable[[Call], tuple[object, ...] | None]:
    """Returns a test for more tags than `most`."""
    return lambda call: (len(tags(call)),) if len(tags(call)) > most else None


def reserved(tags: Callable[[Call], Tags]) -> Callable[[Call], tuple[object, ...] | None]:
    """Returns a test for keys with AWS's prefix."""
    return lambda call: next(((key,) for key, _ in tags(call) if key.lower().startswith("aws:")), None)


def odd_key(tags: Callable[[Call], Tags]) -> Callable[[Call], tuple[object, ...] | None]:
    """Returns a test for keys of other characters or another length."""
    return lambda call: next(((key,) for key, _ in tags(call) if not 1 <= len(key) <= 128 or is_odd(key)), None)


def odd_value(tags: Callable[[Call], Tags]) -> Callable[[Call], tuple[object, ...] | None]:
    """Returns a test for values of other characters or another length."""
    return lambda call: next(((text,) for _, text in tags(call) if len(text) > 256 or is_odd(text)), None)
