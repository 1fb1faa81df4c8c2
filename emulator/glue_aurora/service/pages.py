"""Pages of a list answer."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from glue_aurora.service.errors import ApiError

Item = TypeVar("Item")


@dataclass(frozen=True)
class Pages:
    """How one service words its pages."""

    token_member: str
    """Name of the member with the token, in the request and in the answer."""
    size_member: str
    """Name of the request's member with the size of a page."""
    invalid_token: Callable[[str], ApiError]
    """Makes the error for a token that names no item."""
    default_size: int = 100

    def page(
        self,
        request: Mapping[str, Any],
        answer_member: str,
        items: Sequence[Item],
        key: Callable[[Item], str],
        default_size: int | None = None,
    ) -> dict[str, Any]:
        """Returns the answer: the page that `request` asks for under `answer_member`, and the token of the next page.

        `key` gives an item's identity. A token holds the key of the last item of its page, so that items added in
        between neither repeat nor hide others. The last page has no token.

        Raises:
            ApiError: no item has the token's key.
        """
        start = 0
        if token := request.get(self.token_member):
            start = self._position_after(token, [key(item) for item in items])
        end = start + (request.get(self.size_member) or default_size or self.default_size)
        chosen = list(items[start:end])
        answer: dict[str, Any] = {answer_member: chosen}
        if chosen and end < len(items):
            answer[self.token_member] = base64.urlsafe_b64encode(key(chosen[-1]).encode()).decode()
        return answer

    def _position_after(self, token: str, keys: Sequence[str]) -> int:
        try:
            return keys.index(base64.urlsafe_b64decode(token.encode()).decode()) + 1
        except (binascii.Error, ValueError) as error:
            raise self.invalid_token(token) from error
