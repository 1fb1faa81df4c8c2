"""The summary that the job prints at its end (docs/interfaces.md). A user may edit the script that prints it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

EVENT = "run_summary"
_COUNTS = ("kept", "superseded", "inserted", "updated", "unchanged")


def printed(lines: Sequence[str]) -> dict[str, Any] | None:
    """Returns the last summary in a run's log as it was printed, or None. `lacking` says what it lacks."""
    for line in reversed(lines):
        if line.startswith("{") and f'"{EVENT}"' in line:
            try:
                found: dict[str, Any] = json.loads(line)
            except json.JSONDecodeError:  # a line of a user's own script
                continue
            if found.get("event") == EVENT:
                return found
    return None


def lacking(found: Mapping[str, Any]) -> list[str]:
    """Returns the names in a summary that are missing or have a value of another kind."""
    read, seconds = found.get("read"), found.get("seconds")
    fits = {
        "read": isinstance(read, dict) and isinstance(read.get("notas"), int),
        **{name: isinstance(found.get(name), int) for name in _COUNTS},
        "rejected": are_counts(found.get("rejected")),
        "parquet": isinstance(found.get("parquet"), str),
        "seconds": isinstance(seconds, dict) and all(isinstance(each, int | float) for each in seconds.values()),
    }
    return [name for name, is_fit in fits.items() if not is_fit]


def are_counts(found: object) -> bool:
    """Returns whether `found` has a number of lines for each of its names."""
    return isinstance(found, dict) and all(isinstance(each, int) for each in found.values())
