"""What the benchmark raises itself; the message names the cause and the remedy."""

from __future__ import annotations


class BenchError(Exception):
    """The benchmark can't go on."""


class ContestantError(BenchError):
    """A contestant ended with an error."""


class ContentsError(BenchError):
    """A contestant left other rows in the table than it should have: its times mean nothing."""
