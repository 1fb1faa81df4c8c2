"""Runs one statement in a session and reads its result, within the limits of the service.

Everything goes by PostgreSQL's extended protocol, parameters or not: the server itself then refuses a second statement.
"""

import selectors
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import psycopg
from psycopg import pq

from glue_aurora.rds_data import faults
from glue_aurora.rds_data.parameters import Value
from glue_aurora.rds_data.sessions import Session
from glue_aurora.service.errors import ApiError, NotSupportedError

# Limits of a result (User Guide, "Limitations"). The bytes from the database count: 2 for a row, 4 for each of its
# columns, and each value's text (found by users at the limit).
_LARGEST_RESULT = 1024 * 1024
_LARGEST_ROW = 64 * 1024
_TOO_MANY_STATEMENTS = "cannot insert multiple commands into a prepared statement"
_QUERY_CANCELED = "57014"
# Shutdown and the like, and a transaction that waited too long for its next statement.
_SESSION_ENDED = ("57P", "25P03")


@dataclass(frozen=True)
class Result:
    """`columns` describes the rows (None: the statement has none); values are PostgreSQL's text, None for NULL."""

    columns: pq.abc.PGresult | None
    rows: list[list[bytes | None]]
    updated: int


class SessionLostError(Exception):
    """The server ended the session."""


class LeftRunningError(ApiError):
    """The call is over and its statement runs on, in a session that closes itself afterwards."""

    def __init__(self) -> None:
        super().__init__("StatementTimeoutException", "The call timed out; the statement continues to run.")


def run(session: Session, sql: str, values: Sequence[Value], *, leave_after: float | None = None) -> Result:
    """Returns the result of the statement.

    With `leave_after` the call ends after so many seconds and the statement runs on.

    Raises:
        LeftRunningError: the statement runs on. The session is no longer the caller's.
        SessionLostError: the server ended the session.
        ApiError: the statement failed, or the service refuses its result.
    """
    if "\0" in sql:
        raise faults.validation("The SQL statement contains a NUL character.")
    connection = session.pgconn
    within = connection.transaction_status != pq.TransactionStatus.IDLE
    try:
        connection.send_query_params(
            sql.encode(),
            [value.data for value in values] or None,
            [value.oid for value in values] or None,
            [int(value.binary) for value in values] or None,
        )
        connection.set_single_row_mode()
        deadline = None if leave_after is None else time.monotonic() + leave_after
        result = _read(_results(connection, deadline))
    except _StillRunningError:
        threading.Thread(target=_finish, args=(session,), daemon=True).start()
        raise LeftRunningError from None
    except psycopg.OperationalError as error:
        raise SessionLostError(str(error)) from error
    after = connection.transaction_status
    if (after == pq.TransactionStatus.IDLE) if within else (after != pq.TransactionStatus.IDLE):
        raise NotSupportedError(
            "BEGIN, COMMIT or ROLLBACK as a statement", "Use BeginTransaction, CommitTransaction, RollbackTransaction."
        )
    return result


class _StillRunningError(Exception):
    """The deadline has passed."""


def _results(connection: pq.abc.PGconn, deadline: float | None = None) -> Iterator[pq.abc.PGresult]:
    """Yields the results as they come.

    It waits in the selector, where other threads run: libpq's own wait would stop them all.
    """
    with selectors.DefaultSelector() as selector:
        selector.register(connection.socket, selectors.EVENT_READ)
        while True:
            while connection.is_busy():
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    raise _StillRunningError
                if selector.select(left):
                    connection.consume_input()
            result = connection.get_result()
            if result is None:
                return
            yield result
            if result.status in (pq.ExecStatus.COPY_IN, pq.ExecStatus.COPY_OUT):
                return


def _read(results: Iterator[pq.abc.PGresult]) -> Result:
    """Returns the result. It reads all of it before it raises, so that the session stays usable.

    Raises:
        ApiError: the first problem of the result.
        SessionLostError: the server ended the session.
    """
    columns: pq.abc.PGresult | None = None
    rows: list[list[bytes | None]] = []
    problem: ApiError | None = None
    updated = size = 0
    for result in results:
        if result.status in (pq.ExecStatus.SINGLE_TUPLE, pq.ExecStatus.TUPLES_OK):
            columns = result
            for row in range(result.ntuples):
                values = [result.get_value(row, column) for column in range(result.nfields)]
                row_size = 2 + sum(4 + len(value or b"") for value in values)
                size += row_size
                if row_size > _LARGEST_ROW:
                    problem = problem or faults.row_too_large()
                if size > _LARGEST_RESULT:
                    problem = problem or faults.result_too_large()
                if problem is None:
                    rows.append(values)
        elif result.status == pq.ExecStatus.COMMAND_OK:
            updated = result.command_tuples or 0
        elif result.status == pq.ExecStatus.FATAL_ERROR:
            problem = _error(result)
        elif result.status == pq.ExecStatus.EMPTY_QUERY:
            problem = faults.validation("The SQL statement is empty.")
        else:
            raise faults.copy_refused("In" if result.status == pq.ExecStatus.COPY_IN else "Out")
    if problem is not None:
        raise problem
    return Result(columns, rows, updated)


def _error(result: pq.abc.PGresult) -> ApiError:
    def text(part: pq.DiagnosticField) -> str | None:
        value = result.error_field(part)
        return value.decode("utf-8", "replace") if value else None

    sqlstate = text(pq.DiagnosticField.SQLSTATE)
    message = text(pq.DiagnosticField.MESSAGE_PRIMARY) or ""
    if sqlstate is None or sqlstate.startswith(_SESSION_ENDED):
        raise SessionLostError(message)
    if sqlstate == _QUERY_CANCELED:
        return faults.timeout(message)
    if message == _TOO_MANY_STATEMENTS:
        return faults.multistatement()
    return faults.database(
        message, sqlstate, text(pq.DiagnosticField.MESSAGE_HINT), text(pq.DiagnosticField.STATEMENT_POSITION)
    )


def _finish(session: Session) -> None:
    """Reads a statement to its end, then closes the session."""
    with suppress(psycopg.Error):
        for _result in _results(session.pgconn):
            pass
    session.close()
