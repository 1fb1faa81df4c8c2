"""What a user asks of the table: the analyses of sql/02_analysis_queries.sql, a statement of one's own, the first rows.

Everything runs through the RDS Data API, here as on AWS, in a transaction that can't write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from glue_scripts.table import KEY, NAME, NAMES
from scripts.base.errors import CommandError, DatabaseError
from scripts.case.data_api import CORRECT, DataApi, Result
from scripts.case.pages import whole
from scripts.case.statements import Statement, statements
from scripts.environment.database import ANALYSIS

# With one of these a statement after it could write.
_TRANSACTION = re.compile(r"(begin|start|commit|end|rollback|abort|savepoint|release|prepare|discard)\b", re.I)


def chosen(sql: str, names: str) -> list[Statement]:
    """Returns the statements of `sql`, or else the analyses that `names` lists, or else all analyses.

    Raises:
        CommandError: both are given, an analysis is unknown, or there is no statement.
    """
    if sql and names:
        raise CommandError("SQL and NAME are both given", "give one of them")
    if sql:
        own = statements(sql)
        if not own:
            raise CommandError("SQL has no statement", f'write SQL="SELECT count(*) FROM {NAME}"')  # noqa: S608 - not run
        if ends := [each.sql.split()[0].upper() for each in own if _TRANSACTION.match(each.sql)]:
            raise CommandError(
                f"SQL has {', '.join(ends)}: all statements run in one transaction, which can't write",
                "leave out the statements that begin or end a transaction",
            )
        return own
    known = {each.name: each for each in statements(ANALYSIS.read_text(encoding="utf-8"))}
    wanted = re.split(r"[\s,]+", names.strip()) if names.strip() else list(known)
    if unknown := [name for name in wanted if name not in known]:
        raise CommandError(
            f"NAME={names}: sql/02_analysis_queries.sql has no analysis {', '.join(unknown)}",
            f"use some of: {', '.join(name for name in known if name)}. NAME= (empty) shows all",
        )
    return [known[name] for name in wanted]


def results(api: DataApi, wanted: Sequence[Statement]) -> Iterator[tuple[Statement, Result]]:
    """Yields each statement with its result, all in one transaction that can't write.

    Raises:
        DatabaseError: the database refused a statement. The remedy fits the refusal.
    """
    with api.transaction(read_only=True) as execute:
        for each in wanted:
            try:
                yield each, whole(execute, each.sql)
            except DatabaseError as error:
                remedy = _remedy(error.cause) if error.remedy == CORRECT else error.remedy
                raise DatabaseError(error.cause, remedy) from None


def first_rows(api: DataApi, limit: int) -> tuple[Result, int]:
    """Returns the first `limit` rows in the order of the key, and the number of all rows."""
    columns, order = ", ".join(NAMES), ", ".join(KEY)
    head = f"SELECT {columns} FROM {NAME} ORDER BY {order} LIMIT {int(limit)}"  # noqa: S608 - constants, a number
    count = f"SELECT count(*) FROM {NAME}"  # noqa: S608 - a constant
    (_, rows), (_, counted) = results(api, [Statement(head), Statement(count)])
    return rows, counted.rows[0][0]


def _remedy(cause: str) -> str:
    # A cursor, by which a query is read, takes no statement that writes.
    if any(words in cause for words in ("read-only", "read-write mode", "data-modifying", "INTO is not allowed")):
        return "this command only reads. To write, use psql with the variables of `make env`, or a migration in sql/"
    if "does not exist" in cause:
        return f"the table is {NAME}, its columns {', '.join(NAMES)}. `make local-up` makes a table that is missing"
    if "64 KB" in cause or ("size" in cause and "limit" in cause):
        return "ask for a part of the long values (left(column, 1000)): a row of the Data API has 64 KiB at most"
    return CORRECT
