"""The table of the case, made and kept up to date by the files of sql/, through psycopg or the RDS Data API.

Every migration is idempotent, so all of them run each time and none needs a record of what has run: a record could
disagree with the table, and the table itself can't. What a file did is seen by comparing the table before and after.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from glue_scripts import table
from scripts.base.errors import CommandError, DatabaseError
from scripts.base.paths import TOP, relative

CREATE_TABLES = TOP / table.CREATE_TABLES
MIGRATIONS = TOP / table.MIGRATIONS
# A migration that waits for a lock holds up every query that comes after it.
LOCK_TIMEOUT = "SET LOCAL lock_timeout = '10s'"
REMEDY = "if a run of the job holds the table, wait for its end; then run the same command again"
_CONSTRAINTS_AND_INDEXES = """
SELECT CAST(conname AS text), pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = to_regclass('TABLE')
UNION ALL
SELECT CAST(CAST(indexrelid AS regclass) AS text), pg_get_indexdef(indexrelid) FROM pg_index
 WHERE indrelid = to_regclass('TABLE')
 ORDER BY 1, 2
""".replace("TABLE", table.NAME)


class Way(Protocol):
    """A way into the database. Both methods raise DatabaseError when it refuses."""

    def run(self, path: Path) -> None:
        """Runs the statements of a file in one transaction, after `LOCK_TIMEOUT`."""

    def ask(self, sql: str) -> Sequence[tuple[Any, ...]]:
        """Returns the rows of a query."""


def migrations(folder: Path = MIGRATIONS) -> list[Path]:
    """Returns the migrations in the order of their numbers.

    Raises:
        CommandError: a file's name is not four digits, `_`, and words, or two files have one number.
    """
    paths = sorted(folder.glob("*.sql"))
    numbers = [path.name[:4] for path in paths]
    for path in paths:
        if not re.fullmatch(r"\d{4}_\w+\.sql", path.name) or numbers.count(path.name[:4]) > 1:
            raise CommandError(
                f"{relative(path)} has no number of its own", "name it by four digits and words: 0007_add_turno.sql"
            )
    return paths


def bring_up_to_date(way: Way, folder: Path = MIGRATIONS) -> list[str]:
    """Makes the table if it is missing, runs every migration, and returns the files that changed something.

    Raises:
        CommandError: the table still differs from `glue_scripts.table`.
        DatabaseError: the database refused a file. Those before it have been committed.
    """
    changed = []
    before = _shape(way)
    for path in [CREATE_TABLES, *migrations(folder)]:
        way.run(path)
        after = _shape(way)
        if after != before:
            changed.append(relative(path))
        before = after
    if wrong := table.differences(_columns(way)):
        raise CommandError(
            f"the table {table.NAME} differs from glue_scripts/table.py: {'; '.join(wrong)}",
            f"no file of sql/ mends that: write the migration that is missing ({table.MIGRATIONS}/README.md)",
        )
    return changed


def report(changed: Sequence[str]) -> str:
    """Returns one line for the user about what `bring_up_to_date` did."""
    if changed:
        return f"tables: {', '.join(changed)} ran and changed the table"
    return f"tables: nothing was missing; {table.CREATE_TABLES} and sql/migrations/ changed nothing"


def refused(path: Path, why: object) -> DatabaseError:
    """Returns the error of a file that the database refused."""
    return DatabaseError(f"{relative(path)} failed, and nothing of it stays: {why}", REMEDY)


def _columns(way: Way) -> Sequence[tuple[Any, ...]]:
    return way.ask(table.catalog(f"'{table.NAME}'"))


def _shape(way: Way) -> list[tuple[Any, ...]]:
    return [*_columns(way), *way.ask(_CONSTRAINTS_AND_INDEXES)]
