"""The way into the table: a staging table of the run, COPY into it, and one merge."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg2
from common import ConnectionLost, CountError, DatabaseError, log
from copying import copy_by_executors, copy_statement
from database import Database, identifier, listed, open_connection, transaction
from merge import merge, prepare_merge
from psycopg2 import sql
from pyspark.sql import DataFrame
from table import CREATE_TABLES, MIGRATIONS, NAMES, catalog, differences

FEW_ROWS = 10_000
ATTEMPTS = 3


class Staging:
    """The run's staging table, and the session that owns it from the run's beginning to its end.

    The session holds an advisory lock on the table's name, so no other run takes the table for a leftover.
    `with Staging(…).open() as staging` drops the table at its end, after an exception as well. A table that stays
    leads the next run to what else this one has left.
    """

    def __init__(self, database: Database, table: str, run_id: str) -> None:
        self.database = database
        self.table = table
        self.run_id = run_id
        self.name = ""
        self.seconds: dict[str, float] = {}  # of `copy` and `merge`, without the wait for other runs
        self._sessions = 0
        self._kept = False
        # The last transaction that merged, and its counts. The server may have committed it without an answer.
        self._in_doubt: tuple[str, dict[str, int]] | None = None

    def open(self) -> Staging:
        """Open a session with the lock and an empty table. They appear in one commit, so the table is never unlocked.

        A later session of the same run uses another table name: the server may still think that the first is alive.

        Raises:
            DatabaseError: the table is missing or differs from `table.COLUMNS`, or a run of this id is still active.
        """
        self._sessions += 1
        self.name = staging_name(self.table, self.run_id, self._sessions)
        self._connection = open_connection(self.database)
        with transaction(self.database, self._connection) as cursor:
            self._check_table(cursor)
            if not _lock(cursor, self.name):
                raise DatabaseError(
                    f"run {self.run_id} is still active: its session holds the lock of {self.name}. "
                    "Wait for its end, or stop it."
                )
            cursor.execute(
                sql.SQL(
                    "DROP TABLE IF EXISTS {0}; "
                    "CREATE UNLOGGED TABLE {0} WITH (autovacuum_enabled = false) AS SELECT {1} FROM {2} WITH NO DATA; "
                    "COMMENT ON TABLE {0} IS {3}"
                ).format(identifier(self.name), listed(NAMES), identifier(self.table), sql.Literal(self.run_id))
            )
        return self

    def _check_table(self, cursor: psycopg2.extensions.cursor) -> None:
        """Check that the job can write into the table.

        Raises:
            DatabaseError: it can't. The message names each column and the file to run.
        """
        cursor.execute(catalog("%s"), [identifier(self.table).as_string(cursor)])
        found = cursor.fetchall()
        if not found:
            raise DatabaseError(f"table {self.table} does not exist: run {CREATE_TABLES} in this database first")
        if wrong := differences(found):
            raise DatabaseError(
                f"table {self.table} is not the one that this job writes: {'; '.join(wrong)}. "
                f"Run the files of {MIGRATIONS}/ in this database, in the order of their numbers"
            )

    def __enter__(self) -> Staging:
        return self

    @contextmanager
    def kept_on_failure(self) -> Iterator[None]:
        """Keeps the table after an error in the block, which removes what the run has left. It only logs the error."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - of whatever kind: the run fails by an earlier one
            self._kept = True
            log("leftovers_for_the_next_run", table=self.name, error=str(error))

    def __exit__(self, *_: object) -> None:
        for session in range(0 if self._kept else self._sessions, 0, -1):
            name = staging_name(self.table, self.run_id, session)
            try:
                with transaction(self.database, self._connection) as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '5s'")  # a backend whose client is gone may hold the table
                    cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(identifier(name)))
            except DatabaseError as error:  # logged only, so that it does not hide an earlier error
                log("staging_left_behind", table=name, error=str(error))
        self._connection.close()

    def remove_leftovers(self, remove_files: Callable[[str], None]) -> None:
        """Drop the staging tables of killed runs, after a call of `remove_files` with each run's id."""
        with transaction(self.database, self._connection) as cursor:
            cursor.execute(
                "SELECT relname, obj_description(oid, 'pg_class') FROM pg_class WHERE relkind = 'r' AND relname <> %s "
                "AND starts_with(relname, %s) AND relname ~ '_staging_[0-9a-f]{16}$' "
                "AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = %s::regclass)",
                [_bare(self.name), _bare(self.name)[:-16], identifier(self.name).as_string(cursor)],
            )
            found = cursor.fetchall()
        schema = self.name.removesuffix(_bare(self.name))
        for bare, run_id in found:
            name = schema + bare
            try:
                with transaction(self.database, self._connection) as cursor:
                    if not _lock(cursor, name, session=False):
                        continue  # its run is alive
                    # A backend whose client was killed may still hold the table. The next run drops it then.
                    cursor.execute("SET LOCAL lock_timeout = '5s'")
                    if run_id and run_id != self.run_id:
                        remove_files(run_id)
                    cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(identifier(name)))
                log("leftover_removed", table=name, run=run_id)
            except ConnectionLost:
                raise
            except DatabaseError as error:
                log("leftover_kept", table=name, run=run_id, error=str(error))

    def load(self, lines: DataFrame, rows: int) -> dict[str, int]:
        """COPY the `rows` lines of `copy_lines`, then merge; `{"inserted": n, "updated": n, "unchanged": n}`.

        When the connection is lost, it does all of it again in a new session with an empty table: after a crash the
        server empties the staging table, which is unlogged. A second merge changes no row, and the counts stay true,
        because the new session asks the server whether the last commit took place.

        Raises:
            CountError: not exactly `rows` different keys arrived. Nothing was changed.
            ConnectionLost: the connection was lost `ATTEMPTS` times.
        """
        lost = False
        while True:
            try:
                if lost:
                    self.open()
                    if counts := self._settled():
                        return counts
                if (copied := self.copy(lines, rows)) != rows:
                    raise CountError(
                        f"{copied} of {rows} rows reached {self.name}; nothing was merged. Start the run again."
                    )
                return self.merge(rows)
            except ConnectionLost as error:
                if self._sessions >= ATTEMPTS:
                    raise
                log("load_retry", attempt=self._sessions, error=str(error))
                self._connection.close()
                lost = True

    def copy(self, lines: DataFrame, rows: int) -> int:
        """COPY the `rows` lines of `copy_lines` into the staging table; returns how many arrived."""
        began = time.monotonic()
        if rows > FEW_ROWS:
            copied = copy_by_executors(self.database, self.name, lines)
        else:  # through the driver, so the executors start no Python for so few
            text = "".join(row.line for row in lines.collect()).encode()
            with transaction(self.database, self._connection) as cursor:
                cursor.copy_expert(copy_statement(self.name), io.BytesIO(text))
                copied = cursor.rowcount
        self.seconds["copy"] = round(time.monotonic() - began, 2)
        return copied

    def merge(self, rows: int) -> dict[str, int]:
        """Upsert the staging table into the table, in one transaction. Runs at the same time wait for the lock.

        Raises:
            CountError: the staging table does not hold `rows` different keys. Nothing was changed.
        """
        with transaction(self.database, self._connection) as cursor:
            self._lock_table(cursor)
            began = time.monotonic()
            prepare_merge(cursor, self.name, rows, few=rows <= FEW_ROWS)
            inserted, updated = merge(cursor, self.table, self.name)
            counts = {"inserted": inserted, "updated": updated, "unchanged": rows - inserted - updated}
            cursor.execute("SELECT pg_current_xact_id_if_assigned()::text")
            (transaction_id,) = cursor.fetchone() or (None,)
            self._in_doubt = (transaction_id, counts) if transaction_id else None
        self.seconds["merge"] = round(time.monotonic() - began, 2)
        return counts

    def _settled(self) -> dict[str, int] | None:
        """The counts of an earlier session's merge if the server committed it, else None."""
        if self._in_doubt is None:
            return None
        transaction_id, counts = self._in_doubt
        with transaction(self.database, self._connection) as cursor:
            self._lock_table(cursor)  # the earlier session holds it until its transaction is over
            cursor.execute("SELECT pg_xact_status(%s::xid8)", [transaction_id])
            return counts if cursor.fetchone() == ("committed",) else None

    def _lock_table(self, cursor: psycopg2.extensions.cursor) -> None:
        log("merge_waits_for_lock", table=self.table)
        cursor.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(identifier(self.table)))


def staging_name(table: str, run_id: str, session: int = 1) -> str:
    """The name of the run's staging table, in the schema of `table`. It has at most PostgreSQL's 63 bytes."""
    schema, dot, name = table.rpartition(".")
    digest = hashlib.sha256(f"{run_id}/{session}".encode()).hexdigest()[:16]
    return f"{schema}{dot}{name[:37]}_staging_{digest}"


def _bare(name: str) -> str:
    return name.rpartition(".")[2]


def _lock(cursor: psycopg2.extensions.cursor, staging: str, session: bool = True) -> bool:
    """Try to take the advisory lock of a staging table, for the session or the transaction; returns whether it did."""
    function = sql.SQL("pg_try_advisory_lock" if session else "pg_try_advisory_xact_lock")
    # An advisory lock belongs to the database, so tables of one name in two schemas share one. That only delays a
    # clean-up.
    cursor.execute(sql.SQL("SELECT {}(hashtextextended(%s, 0))").format(function), [_bare(staging)])
    return bool(cursor.fetchone() == (True,))
