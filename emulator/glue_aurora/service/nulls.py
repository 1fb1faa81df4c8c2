"""Requests and answers without members that have no value."""

from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")


def without_nothing(value: T) -> T:
    """Returns a copy of `value` in which no mapping, at any depth, has a member that is None.

    LocalStack's parser sets missing required members of a request to None. The API omits from an answer the members
    that do not apply.
    """
    copy: Any = value
    if isinstance(value, Mapping):
        copy = {name: without_nothing(item) for name, item in value.items() if item is not None}
    elif isinstance(value, list):
        copy = [without_nothing(item) for item in value]
    result: T = copy
    return result
