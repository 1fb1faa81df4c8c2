"""The SQL of the merge. It writes only the rows that are new or differ.

An unconditional ON CONFLICT writes every row again: it is far slower, and the table grows at each run. An empty table
gets its rows by a plain INSERT.
"""

from __future__ import annotations

import psycopg2
from common import CountError, log
from database import identifier, listed
from psycopg2 import sql
from table import KEY, NAMES, VALUES

MERGE = """
WITH changed AS (
    SELECT {staged} FROM {staging} AS s LEFT JOIN {table} AS t USING ({key})
    WHERE t.{first_key} IS NULL OR ({staged_values}) IS DISTINCT FROM ({table_values})
), written AS (
    INSERT INTO {table} ({columns}) SELECT {columns} FROM changed ORDER BY {key}
    ON CONFLICT ({key}) DO UPDATE SET {assignments}
    RETURNING xmax = 0 AS inserted
)
SELECT count(*) FILTER (WHERE inserted), count(*) FILTER (WHERE NOT inserted) FROM written
"""

# An empty table has no row to compare with and no conflict: this takes a third less time than the merge.
FIRST_LOAD = "INSERT INTO {table} ({columns}) SELECT {columns} FROM {staging} ORDER BY {key}"

REMOVE_DOUBLES = """
DELETE FROM {staging} WHERE ctid IN (
    SELECT ctid FROM (SELECT ctid, row_number() OVER (PARTITION BY {key}) AS copy FROM {staging}) AS copies
    WHERE copy > 1
)
"""


def merge(cursor: psycopg2.extensions.cursor, table: str, staging: str) -> tuple[int, int]:
    """Bring the rows of `staging` into `table`; returns how many were inserted and how many updated.

    The keys in `staging` must be unique. The transaction must hold a lock on `table` that keeps other writers out.
    """
    cursor.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(identifier(table)))
    if cursor.fetchone() == (True,):
        cursor.execute(merge_statement(table, staging))
        inserted, updated = cursor.fetchone() or (0, 0)
        return inserted, updated
    names = {"table": identifier(table), "staging": identifier(staging), "columns": listed(NAMES), "key": listed(KEY)}
    cursor.execute(sql.SQL(FIRST_LOAD).format(**names))
    return cursor.rowcount, 0


def merge_statement(table: str, staging: str) -> sql.Composed:
    """The upsert of `staging`, whose keys are unique, into `table`. Its only row: the rows inserted and updated."""
    assignments = [sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(column)) for column in VALUES]
    return sql.SQL(MERGE).format(
        table=identifier(table),
        staging=identifier(staging),
        key=listed(KEY),
        first_key=sql.Identifier(KEY[0]),
        columns=listed(NAMES),
        staged=listed(NAMES, "s."),
        staged_values=listed(VALUES, "s."),
        table_values=listed(VALUES, "t."),
        assignments=sql.SQL(", ").join(assignments),
    )


def prepare_merge(cursor: psycopg2.extensions.cursor, staging: str, rows: int, few: bool) -> None:
    """Remove the rows that a repeated task wrote twice, and set how PostgreSQL plans the merge.

    Raises:
        CountError: `staging` then holds another number of rows than `rows`.
    """
    cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(identifier(staging)))
    (staged,) = cursor.fetchone() or (0,)
    if staged > rows:
        log("staging_duplicates", rows=staged - rows)
        cursor.execute(sql.SQL(REMOVE_DOUBLES).format(staging=identifier(staging), key=listed(KEY)))
        staged -= cursor.rowcount
    if staged != rows:
        raise CountError(
            f"{staging} holds {staged} rows, but {rows} were to be merged. The table is unchanged. Start the run again."
        )
    if not few:
        # The statistics of a table that was empty when analysed can lead to a nested loop over all of it. For few
        # rows a nested loop, which looks each up by its key, is faster than a join with the whole table.
        cursor.execute("SET LOCAL enable_nestloop = off")
