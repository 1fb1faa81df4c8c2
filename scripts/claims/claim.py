"""A claim: one request, and what AWS says to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scripts.claims.stage import Stage

Request = Callable[["Stage"], Mapping[str, Any]]


@dataclass(frozen=True)
class Answer:
    """What a service said: its error code, its sentence with placeholders. The code of an accepted request is empty."""

    code: str
    sentence: str


@dataclass(frozen=True)
class Claim:
    """A request, AWS's answer as the emulator gives it, and why nobody is sure.

    `code` is AWS's error code, empty where AWS accepts the request. `sentence` is a part of AWS's sentence, with
    placeholders such as `{account}`; empty where only the code is claimed. `asked_by` is the role whose session asks,
    empty for the caller's own credentials.
    """

    name: str
    says: str
    service: str
    operation: str
    request: Request
    code: str
    sentence: str
    doubt: str
    source: str
    asked_by: str = ""

    def fault(self, answer: Answer) -> str:
        """Returns how an answer differs from the claim. Empty: it does not."""
        if answer.code != self.code:
            return f"the code is {answer.code or 'none: accepted'}, and the claim's is {self.code or 'none: accepted'}"
        if self.sentence not in answer.sentence:
            return f"the sentence lacks the claim's: {self.sentence}"
        return ""
