"""The database under test: its states, its contents as one number, and what a run cost."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import psycopg

from bench.etl.table import copy_file, merge_changed
from glue_scripts.table import NAME as TABLE
from glue_scripts.table import NAMES

DATABASE = "bench"
STATES = ("empty", "loaded")
# Shorter statements leave no line in the server's log, which a contestant that sends single rows would flood.
LOGGED_MILLISECONDS = 20
SETTINGS = [
    "server_version", "shared_buffers", "work_mem", "maintenance_work_mem", "max_wal_size", "wal_level", "fsync",
    "synchronous_commit", "full_page_writes", "wal_compression", "max_parallel_workers_per_gather", "ssl",
]  # fmt: skip


@dataclass(frozen=True)
class Contents:
    """Rows of the table and a checksum over all of them that does not depend on their order."""

    rows: int
    checksum: Decimal | None


@dataclass(frozen=True)
class Counters:
    wal: int
    table_bytes: int


@contextmanager
def connect(database: str = DATABASE) -> Iterator[psycopg.Connection]:
    """A connection over verified TLS in autocommit mode. Libpq's own variables have host, user and authority."""
    with psycopg.connect(dbname=database, sslmode="verify-full", autocommit=True) as connection:
        yield connection


def prepare(create_tables: Path, rows: Path) -> Contents:
    """Make the states that runs start from: `empty` has the empty table, `loaded` has `rows` in it.

    Returns the contents of `loaded`. Its table is vacuumed and analysed, as autovacuum leaves it some time after a
    load.
    """
    with connect("postgres") as connection:
        connection.execute(f"ALTER SYSTEM SET log_min_duration_statement = {LOGGED_MILLISECONDS}")
        connection.execute("SELECT pg_reload_conf()")
        for state in STATES:
            connection.execute(f"CREATE DATABASE bench_{state}")
    for state in STATES:
        with connect(f"bench_{state}") as connection:
            connection.execute(create_tables.read_bytes())
            # Autovacuum would slow down the contestant whose run it happens to meet.
            connection.execute(f"ALTER TABLE {TABLE} SET (autovacuum_enabled = false)")
    with connect("bench_loaded") as connection:
        _load(connection, rows)
        connection.execute(f"VACUUM (FREEZE, ANALYZE) {TABLE}")
        return contents(connection)


def expected(rows: Path) -> Contents:
    """The contents that the table must have after a merge of `rows` into the state `loaded`."""
    restore("loaded")
    with connect() as connection:
        _load(connection, rows)
        return contents(connection)


def restore(state: str) -> None:
    """Bring the database back to `state`, with all of it on disk."""
    with connect("postgres") as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE bench_{state} STRATEGY FILE_COPY")
        connection.execute("CHECKPOINT")


def counters() -> Counters:
    """The present position in the write-ahead log, and the bytes of the table with its indexes."""
    with connect() as connection:
        (row,) = connection.execute(
            "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint, pg_total_relation_size(%s::regclass)",
            [TABLE],
        ).fetchall()
    return Counters(*row)


def contents(connection: psycopg.Connection) -> Contents:
    """The number of rows, and a checksum that adds up a 64-bit hash of each row's text."""
    (row,) = connection.execute(
        f"SELECT count(*), sum(hashtextextended(row({', '.join(NAMES)})::text, 0)::numeric) FROM {TABLE}"
    ).fetchall()
    return Contents(*row)


def staging_left() -> list[str]:
    """The tables other than the one of the case."""
    with connect() as connection:
        query = "SELECT relname FROM pg_class WHERE relkind = 'r' AND oid >= 16384 AND relname <> %s ORDER BY 1"
        return [name for (name,) in connection.execute(query, [TABLE])]


def settings() -> dict[str, str]:
    """The server's settings that influence the results."""
    with connect("postgres") as connection:
        rows = connection.execute(
            "SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY(%s)", [SETTINGS]
        )
        return dict(sorted(rows.fetchall()))


def environment() -> dict[str, str]:
    """The variables of libpq and those that a program needs. The password is in the file that PGPASSFILE names."""
    kept = ("PATH", "HOME", "TMPDIR", "LANG", "PGHOST", "PGPORT", "PGUSER", "PGPASSFILE", "PGSSLROOTCERT")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "PGDATABASE": DATABASE,
        "PGSSLMODE": "verify-full",
        "TZ": "UTC",
    }


def _load(connection: psycopg.Connection, rows: Path) -> None:
    with connection.transaction():
        connection.execute(f"CREATE TEMPORARY TABLE reference (LIKE {TABLE})")
        copy_file(connection, "reference", rows)
        merge_changed(connection, "reference")
        connection.execute("DROP TABLE reference")
