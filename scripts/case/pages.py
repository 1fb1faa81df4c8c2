"""Results of any size through the RDS Data API, which refuses more than 1 MiB in an answer and 64 KiB in a row.

On AWS such a refusal also ends the transaction (cloud-utils/sqlalchemy-aurora-data-api issue 38), so nobody can ask for
less after it. Therefore a cursor reads each query, and PostgreSQL says beforehand how many rows fit into a page.

A row of more than 64 KiB stays refused: ask for a part of its values.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count

from scripts.base.errors import DatabaseError
from scripts.case.data_api import Result

FITTING = 16  # rows that always fit: 64 KiB each
_PAGE_BYTES = 512 * 1024  # half of the limit, because a row may have grown since the longest one was measured
_COLUMN_BYTES = 32  # what the service may count for a value in addition to its text
# PostgreSQL has cursors for these statements only. Others, for example EXPLAIN, have short results.
_QUERY = re.compile(r"[\s(]*(select|with|values|table)\b", re.I)
_NUMBERS = count(1)
Execute = Callable[[str], Result]


def whole(execute: Execute, sql: str) -> Result:
    """Returns all rows of a statement. `execute` runs statements in one transaction.

    Raises:
        DatabaseError: the database refuses the statement, or a row has more than 64 KiB.
    """
    if not _QUERY.match(sql):
        return execute(sql)
    cursor = f"page_{next(_NUMBERS)}"  # it closes with the transaction
    _declare(execute, cursor, sql)
    found = execute(f"FETCH {FITTING} FROM {cursor}")
    if len(found.rows) < FITTING:
        return found
    rows, size = list(found.rows), _rows_of_a_page(execute, sql, len(found.columns))
    while True:
        more = execute(f"FETCH {size} FROM {cursor}").rows
        rows += more
        if len(more) < size:
            return Result(found.columns, rows)


def _declare(execute: Execute, cursor: str, sql: str) -> None:
    """Opens the cursor. In an error the position is that in `sql`, which is all that the user knows."""
    start = f"DECLARE {cursor} NO SCROLL CURSOR FOR "
    try:
        execute(start + sql)
    except DatabaseError as error:
        cause = re.sub(r"(?<=Position: )\d+", lambda told: str(int(told[0]) - len(start)), error.cause)
        raise DatabaseError(cause, error.remedy) from None


def _rows_of_a_page(execute: Execute, sql: str, columns: int) -> int:
    """Returns how many rows of the query's longest one fit into a page."""
    measured = f"SELECT max(octet_length(CAST(one_row AS text))) FROM (\n{sql}\n) AS one_row"  # noqa: S608 - a query
    ((longest,),) = execute(measured).rows
    return max(FITTING, _PAGE_BYTES // ((longest or 0) + columns * _COLUMN_BYTES + 1))
