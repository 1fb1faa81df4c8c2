"""The errors that the benchmark raises itself. Each has a cause and a remedy."""

from __future__ import annotations


class BenchError(Exception):
    """The benchmark can't go on. `cause` says what is wrong, and `remedy` what to do."""

    def __init__(self, cause: str, remedy: str) -> None:
        super().__init__(cause, remedy)
        self.cause = cause
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.cause}\n  -> {self.remedy}"


class ContestantError(BenchError):
    """A contestant ended with an error."""


class ContentsError(BenchError):
    """A contestant left wrong rows in the table, so its times mean nothing."""
