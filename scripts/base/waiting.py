"""Waits until a part is ready: repeats a real question until it has an answer, up to a limit."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryError, Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from scripts.base.console import step
from scripts.base.errors import StartError

T = TypeVar("T")


class NotReady(Exception):
    """Raised by a question whose answer is "not yet"."""


def wait_for(what: str, question: Callable[[], T], *, seconds: float, remedy: str) -> T:
    """Repeats `question` every 0.2 s while it raises `NotReady`. Returns its answer.

    Raises:
        StartError: no answer came within `seconds`. Every other error of `question` passes through at once.
    """
    asking = Retrying(retry=retry_if_exception_type(NotReady), stop=stop_after_delay(seconds), wait=wait_fixed(0.2))
    with step(f"waiting for {what}"):
        try:
            return asking(question)
        except RetryError as error:
            reason = error.last_attempt.exception()
            raise StartError(f"{what} was not ready after {seconds:.0f} s: {reason}", remedy) from None
