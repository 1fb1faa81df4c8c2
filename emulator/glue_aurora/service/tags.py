"""Tags of a resource: a dictionary that belongs to the resource, and the rules of one service for it."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from glue_aurora.service.errors import ApiError

Tags = dict[str, str]
_RESERVED_PREFIX = "aws:"
_MARKS = frozenset("_.:/=+-@")


@dataclass(frozen=True)
class TagRules:
    """How one service refuses tags."""

    reserved_key: Callable[[str], ApiError]
    """Makes the error for a key with the prefix that AWS reserves."""
    too_many: Callable[[int], ApiError] | None = None
    """Makes the error for more than `most` tags of one resource; None where the service has no such error."""
    most: int = 50
    odd: Callable[[str, str], ApiError] | None = None
    """Makes the error for a key or value with other characters; it gets `key` or `value`, and the text."""

    def checked(self, tags: Mapping[str, str]) -> Tags:
        """Returns a copy of the tags of a request.

        Raises:
            ApiError: a key has the reserved prefix, or a key or value has other characters.
        """
        for key in tags:
            if key.lower().startswith(_RESERVED_PREFIX):
                raise self.reserved_key(key)
            for part, text in (("key", key), ("value", tags[key])):
                if self.odd and is_odd(text):
                    raise self.odd(part, text)
        return dict(tags)

    def add(self, present: Tags, tags: Mapping[str, str]) -> None:
        """Adds `tags` to those of a resource, or changes the values of those with the same key.

        Raises:
            ApiError: a key has the reserved prefix, or the resource would have too many tags.
        """
        added = self.checked(tags)
        if self.too_many and len(present.keys() | added.keys()) > self.most:
            raise self.too_many(self.most)
        present.update(added)


def is_odd(text: str) -> bool:
    """Returns whether `text` has a character that most services refuse: not a letter, space, digit or one of _.:/=+-@.

    Source: Tag Editor guide, best practices, "Tag naming limits and requirements".
    """
    return any(letter not in _MARKS and unicodedata.category(letter)[0] not in "LZN" for letter in text)


def remove(present: Tags, keys: Iterable[str]) -> None:
    """Removes tags of a resource. A key that the resource does not have is no error."""
    for key in keys:
        present.pop(key, None)


def from_list(tags: Iterable[Mapping[str, str]] | None) -> Tags:
    """Returns the tags of a request that lists them as Key and Value; a tag without a value has an empty one."""
    return {tag["Key"]: tag.get("Value", "") for tag in tags or []}


def as_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Returns the tags in the form of an answer that lists them as Key and Value."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
