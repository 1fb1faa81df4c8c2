"""What a check found."""

from __future__ import annotations

from typing import NamedTuple

OK, WARNING, FAILURE = "ok", "warning", "failure"


class Finding(NamedTuple):
    """One fact about the machine. `remedy` is empty only where `state` is `ok`."""

    check: str
    state: str
    what: str
    remedy: str = ""


def ok(check: str, what: str) -> Finding:
    return Finding(check, OK, what)


def warning(check: str, what: str, remedy: str) -> Finding:
    return Finding(check, WARNING, what, remedy)


def failure(check: str, what: str, remedy: str) -> Finding:
    return Finding(check, FAILURE, what, remedy)
