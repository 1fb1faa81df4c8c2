"""Tags of a resource: a dictionary that belongs to the resource, and the rules of one service for it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from glue_aurora.service.errors import ApiError

Tags = dict[str, str]
_RESERVED_PREFIX = "aws:"


@dataclass(frozen=True)
class TagRules:
    """How one service refuses tags."""

    reserved_key: Callable[[str], ApiError]
    """Makes the error for a key with the prefix that AWS reserves."""
    too_many: Callable[[int], ApiError] | None = None
    """Makes the error for more than `most` tags of one resource; None where the service has no such error."""
    most: int = 50

    def checked(self, tags: Mapping[str, str]) -> Tags:
        """Returns a copy of the tags of a request.

        Raises:
            ApiError: a key has the reserved prefix.
        """
        for key in tags:
            if key.lower().startswith(_RESERVED_PREFIX):
                raise self.reserved_key(key)
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
