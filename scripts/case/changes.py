"""The rows of the table that a run has changed, by their key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from glue_scripts.table import KEY, NAME, NAMES, VALUES
from scripts.case.data_api import Result
from scripts.case.rows import Execute, count

# A table with more rows is not compared: it would have to be read twice for each run.
MOST_ROWS = 100_000
COLUMNS = ["", *KEY, "before", "after"]
_EVERY_ROW = f"SELECT {', '.join(NAMES)} FROM {NAME}"  # noqa: S608 - constants
Row = Mapping[str, Any]
Rows = Mapping[tuple[Any, ...], Row]


def read(execute: Execute) -> Rows | None:
    """Returns the table's rows by key, each as its values by column; None where it has more than `MOST_ROWS`."""
    if count(execute) > MOST_ROWS:
        return None
    rows = (dict(zip(NAMES, each, strict=True)) for each in execute(_EVERY_ROW))
    return {tuple(row[name] for name in KEY): row for row in rows}


def between(before: Rows, after: Rows, limit: int) -> tuple[Result, int]:
    """Returns the first `limit` rows that differ, in the order of their key, and the number of all.

    The first column says what happened: `+` for a new row, `-` for one that is gone, `~` for changed values. The last
    two have the values that differ, or all values of a row that is new or gone.
    """
    found = list(_changed(before, after))
    return Result(COLUMNS, found[:limit]), len(found)


def _changed(before: Rows, after: Rows) -> Iterator[tuple[Any, ...]]:
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old is None or new is None:
            yield ("+" if new else "-", *key, _told(old, VALUES), _told(new, VALUES))
        elif differing := [name for name in VALUES if old[name] != new[name]]:
            yield ("~", *key, _told(old, differing), _told(new, differing))


def _told(row: Row | None, names: tuple[str, ...] | list[str]) -> str:
    if row is None:
        return ""
    return ", ".join(f"{name} {'NULL' if row[name] is None else row[name]}" for name in names)
