"""The rows of the table around a run: how many there are, how many are of the run, and how to begin without any."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from glue_scripts.table import NAME
from scripts.environment.tables import LOCK_TIMEOUT

Execute = Callable[[str], Sequence[tuple[Any, ...]]]
# The count and TRUNCATE must see the same rows, so the lock comes first.
LOCK = f"LOCK TABLE {NAME} IN ACCESS EXCLUSIVE MODE"
COUNT = f"SELECT count(*) FROM {NAME}"  # noqa: S608 - a constant
EMPTY = f"TRUNCATE {NAME}"


def count(execute: Execute) -> int:
    """Returns the number of the table's rows."""
    ((rows,),) = execute(COUNT)
    return int(rows)


def empty(execute: Execute) -> int:
    """Empties the table. Returns the number of rows that went. `execute` runs statements in one transaction."""
    execute(LOCK_TIMEOUT)
    execute(LOCK)
    rows = count(execute)
    execute(EMPTY)
    return rows


def of_run(total: int, summary: Mapping[str, Any]) -> str:
    """Returns a sentence on how many of the table's `total` rows are of the run with this summary.

    A run's rows are those that its merge inserted, updated or found unchanged; each has a key of its own.
    """
    own = sum(summary[name] for name in ("inserted", "updated", "unchanged"))
    counted = f"rows in the table: {total}, of this run: {own}"
    if total < own:
        return f"{counted}; somebody has removed rows since this run merged them"
    if total == own:
        return f"{counted}, others: none"
    return f"{counted}, others: {total - own} (the analyses count them too; FRESH=1 begins with an empty table)"
