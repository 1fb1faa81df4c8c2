"""What the peers do to the table of the case: a staging table, COPY of a file, and three ways to merge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from glue_scripts.table import KEY, NAMES, VALUES
from glue_scripts.table import NAME as TABLE

STAGING = "peer_staging"
COPY_BYTES = 1 << 20

_COLUMNS, _KEY = ", ".join(NAMES), ", ".join(KEY)
_SET = ", ".join(f"{column} = EXCLUDED.{column}" for column in VALUES)


@contextmanager
def staging() -> Iterator[psycopg.Connection]:
    """A connection by libpq's variables, with an unlogged staging table of the table's columns until the block ends."""
    with psycopg.connect(autocommit=True) as connection:
        connection.execute(f"CREATE UNLOGGED TABLE {STAGING} AS SELECT {_COLUMNS} FROM {TABLE} WITH NO DATA")
        try:
            yield connection
        finally:
            connection.execute(f"DROP TABLE {STAGING}")


def copy_file(connection: psycopg.Connection, table: str, rows: Path) -> None:
    """COPY a CSV without header from standard input, in blocks, as psql's \\copy does."""
    statement = f"COPY {table} ({_COLUMNS}) FROM STDIN (FORMAT csv)"
    with rows.open("rb") as file, connection.cursor().copy(statement) as copy:
        while block := file.read(COPY_BYTES):
            copy.write(block)


def insert(connection: psycopg.Connection, source: str) -> None:
    """Insert every row, for an empty table: no row to compare with, none to update."""
    connection.execute(f"INSERT INTO {TABLE} ({_COLUMNS}) SELECT {_COLUMNS} FROM {source} ORDER BY {_KEY}")


def merge(connection: psycopg.Connection, source: str) -> None:
    """Bring the rows of `source` into the table as the job does: an empty table needs no comparison."""
    if connection.execute(f"SELECT EXISTS (SELECT FROM {TABLE})").fetchone() == (True,):
        merge_changed(connection, source)
    else:
        insert(connection, source)


def merge_changed(connection: psycopg.Connection, source: str) -> None:
    """Write only the rows that are new or differ, as the job merges into a table with rows."""
    staged, old = (", ".join(f"{alias}.{column}" for column in VALUES) for alias in ("s", "t"))
    with connection.transaction():
        connection.execute("SET LOCAL enable_nestloop = off")
        connection.execute(
            f"INSERT INTO {TABLE} ({_COLUMNS}) "
            f"SELECT {', '.join(f's.{column}' for column in NAMES)} FROM {source} AS s LEFT JOIN {TABLE} AS t "
            f"USING ({_KEY}) WHERE t.{KEY[0]} IS NULL OR ({staged}) IS DISTINCT FROM ({old}) ORDER BY {_KEY} "
            f"ON CONFLICT ({_KEY}) DO UPDATE SET {_SET}"
        )


def unconditional(source: str) -> str:
    """The upsert that most people write: every row of `source` is written again, changed or not."""
    return f"INSERT INTO {TABLE} ({_COLUMNS}) SELECT {_COLUMNS} FROM {source} ON CONFLICT ({_KEY}) DO UPDATE SET {_SET}"
