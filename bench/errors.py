"""The errors that the benchmark raises itself. The message names the cause and the remedy."""

from __future__ import annotations


class BenchError(Exception):
    """The benchmark can't go on."""


class ContestantError(BenchError):
    """A contestant ended with an error."""


class ContentsError(BenchError):
    """A contestant left wrong rows in the table, so its times mean nothing."""
