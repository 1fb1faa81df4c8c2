"""Pages of a list answer."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from glue_aurora.glue.errors import InvalidInputError

Item = TypeVar("Item")


def page(
    items: Sequence[Item], request: Mapping[str, Any], key: Callable[[Item], str], default_size: int = 100
) -> tuple[list[Item], str | None]:
    """The page that `MaxResults` and `NextToken` of `request` ask for, and the token of the next page or None.

    The token names the last item of its page, so that items added meanwhile neither repeat nor hide others.
    Raises InvalidInputError when no item has the token's key.
    """
    start = 0
    if token := request.get("NextToken"):
        last = _decode(token)
        positions = [index for index, item in enumerate(items) if key(item) == last]
        if not positions:
            raise InvalidInputError("NextToken is not valid.")
        start = positions[0] + 1
    end = start + request.get("MaxResults", default_size)
    chosen = list(items[start:end])
    return chosen, _encode(key(chosen[-1])) if chosen and end < len(items) else None


def _encode(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


def _decode(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise InvalidInputError("NextToken is not valid.") from error
