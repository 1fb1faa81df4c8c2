"""Connections to the database over verified TLS. They wait for a server that wakes; their errors quote no row."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psycopg2
from common import ConnectionLost, DatabaseError, log
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

CONNECT_SECONDS = 120  # a paused Aurora Serverless wakes in 15 to 30 s; after long idle it may take longer

# libpq gives no SQLSTATE for a failed connection, so its words have to do. Another attempt can't mend these failures.
PERMANENT_FAILURES = (
    "authentication failed",
    "does not exist",
    "no pg_hba.conf entry",
    "not permitted to log in",
    "does not support SSL",
    "root certificate file",
)
# The same for the server's certificate: libpq's words, and what to do about them.
VERIFICATION_FAILURES = {
    "certificate verify failed": (
        "No authority in --aurora_ca_bundle signed the server's certificate, or the certificate has expired. Give the "
        "job the bundle of the server's own authorities (docs/aws.md)."
    ),
    "does not match host name": (
        "--aurora_host must be a name in the server's certificate: the cluster's endpoint, not an alias or address."
    ),
}
REMEDY = "Check the arguments, the secret, the security groups and the state of the cluster."


@dataclass(frozen=True)
class Database:
    """The database's address, the login, and the authorities that may sign the server's certificate.

    `ca_bundle` holds certificates of authorities as PEM, not a path: the executors connect too, and may not have
    the file.
    """

    host: str
    port: int
    name: str
    user: str
    password: str = field(repr=False)
    ca_bundle: str = field(repr=False)
    application: str = "etl_performance_academica"


def open_connection(database: Database, patience_seconds: float = CONNECT_SECONDS) -> Connection:
    """A connection over TLS to a server whose certificate is verified, its name too.

    An unreachable or starting server is tried again for `patience_seconds`.

    Raises DatabaseError at once when another attempt can't help (password, database, certificate), else when patience
    ends.
    """
    deadline = time.monotonic() + patience_seconds
    attempt = 0
    while True:
        attempt += 1
        try:
            return _connect(database)
        except psycopg2.OperationalError as error:
            reason = " ".join(str(error).split())
            wait = min(2.0 ** (attempt - 1), 10.0)
            permanent = any(words in reason for words in (*PERMANENT_FAILURES, *VERIFICATION_FAILURES))
            if permanent or time.monotonic() + wait > deadline:
                raise DatabaseError(
                    f"can't connect to database {database.name} at {database.host}:{database.port} as {database.user} "
                    f"(attempt {attempt}): {reason}. {_remedy(reason)}"
                ) from None
            log("database_connect_retry", attempt=attempt, wait_seconds=wait, error=reason)
            time.sleep(wait)


def _connect(database: Database) -> Connection:
    # libpq takes authorities from a file only, and reads it before it returns. The file is its owner's alone (0600).
    with tempfile.NamedTemporaryFile("w", prefix="aurora-ca-bundle-", suffix=".pem", encoding="ascii") as bundle:
        bundle.write(database.ca_bundle)
        bundle.flush()
        return psycopg2.connect(
            host=database.host,
            port=database.port,
            dbname=database.name,
            user=database.user,
            password=database.password,
            sslmode="verify-full",
            sslrootcert=bundle.name,
            connect_timeout=30,
            client_encoding="UTF8",
            application_name=database.application,
            # A peer that vanished without a word is noticed after a minute, not after the kernel's two hours.
            keepalives_idle=30,
            keepalives_interval=10,
            keepalives_count=3,
            tcp_user_timeout=60_000,
        )


def _remedy(reason: str) -> str:
    return next((remedy for words, remedy in VERIFICATION_FAILURES.items() if words in reason), REMEDY)


@contextmanager
def transaction(database: Database, connection: Connection) -> Iterator[psycopg2.extensions.cursor]:
    """A cursor in one transaction: committed at the end, rolled back on an exception.

    Raises DatabaseError in place of psycopg2's own errors, which quote rows: those have no place in a log or in the
    run's ErrorMessage. Raises ConnectionLost when the connection is gone.
    """
    try:
        with connection.cursor() as cursor:
            yield cursor
        connection.commit()
    except BaseException as error:
        with suppress(psycopg2.Error):  # a lost connection can't roll back; the server does
            connection.rollback()
        if not isinstance(error, psycopg2.Error):
            raise
        kind = ConnectionLost if connection.closed else DatabaseError
        raise kind(
            f"database {database.name} answered: {_without_values(error)} (SQLSTATE {error.pgcode}). See the "
            "database's log, then start the run again."
        ) from None


# SQLSTATE class -> what to say in place of PostgreSQL's message, which quotes the value: a pupil's name in the log.
QUOTING_CLASSES = {"22": "a value does not fit its type or range", "23": "a constraint is violated"}


def _without_values(error: psycopg2.Error) -> str:
    """What PostgreSQL said, without the values of a row: of the two classes that quote one, only what is named."""
    told = QUOTING_CLASSES.get((error.pgcode or "")[:2])
    if told is None:
        return error.diag.message_primary or " ".join(str(error).split())
    # COPY names the column in its context only, in front of the value. Our own names need no quotes there.
    copied = re.match(r"COPY (\w+), line \d+, column (\w+)", error.diag.context or "")
    table, column = copied.groups() if copied else (error.diag.table_name, error.diag.column_name)
    named = {"table": table, "column": column, "constraint": error.diag.constraint_name}
    return ", ".join([told, *(f"{what} {name}" for what, name in named.items() if name)])


@contextmanager
def connect(database: Database, patience_seconds: float = CONNECT_SECONDS) -> Iterator[Connection]:
    """One connection, as one transaction, then closed; raises as `open_connection` and `transaction` do."""
    connection = open_connection(database, patience_seconds)
    try:
        with transaction(database, connection):
            yield connection
    finally:
        connection.close()


def identifier(table: str) -> sql.Identifier:
    """`table` or `schema.table`, quoted."""
    return sql.Identifier(*table.split("."))


def listed(columns: Iterable[str], prefix: str = "") -> sql.Composed:
    """Column names, quoted and with commas between."""
    return sql.SQL(", ").join(sql.SQL(prefix + "{}").format(sql.Identifier(column)) for column in columns)
