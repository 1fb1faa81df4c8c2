"""Opens sessions on PostgreSQL as the user of the call's secret: a new one for each call outside a transaction.

So nothing of a session outlives its call (SET, temporary tables, PREPARE). On AWS it is the same: calls share a pool,
which cleans its sessions (`DISCARD ALL`) in between.
"""

import re
from typing import Any

import psycopg
from psycopg.types.string import TextLoader

from glue_aurora import config
from glue_aurora.rds_data import faults
from glue_aurora.rds_data.target import Login
from glue_aurora.service.errors import ApiError, DatabaseError

Session = psycopg.Connection[Any]

# A transaction that no call uses for this long is rolled back (API reference, BeginTransaction).
IDLE_SECONDS = 180
# Read as PostgreSQL writes them: their form is the service's, not Python's.
_KEPT_AS_TEXT = ("date", "time", "timestamp", "timestamptz", "numeric", "uuid", "json", "jsonb", "inet", "cidr")
# libpq has no SQLSTATE for a connection that was refused.
_REFUSALS = (
    (r"password authentication failed for user .*", "28P01"),
    (r"database .* does not exist", "3D000"),
    (r"permission denied for database .*", "42501"),
    (r"(sorry, too many clients|remaining connection slots|too many connections).*", "53300"),
    (r".*", "28000"),
)


def connect(login: Login, database: str | None, timeout_seconds: float | None) -> Session:
    """Returns a session in autocommit mode. Its statements end after `timeout_seconds`, or a shorter database limit.

    With None only the limit of the database, role or cluster holds. Without a database it is the one with the user's
    name, as for every client of PostgreSQL. The cluster's own is not looked up (aws/aws-cli#8577).

    Raises:
        ApiError: DatabaseErrorException, the server refuses the user.
        DatabaseError: there is no server.
    """
    settings = config.postgres()
    try:
        session = psycopg.connect(
            host=settings.host,
            port=login.port or settings.port,
            user=login.username,
            password=login.password,
            dbname=database or login.username,
            connect_timeout=5,
            autocommit=True,
            application_name="RDS Data API",
        )
    except psycopg.OperationalError as error:
        raise _refusal(error) from None
    for name in _KEPT_AS_TEXT:
        session.adapters.register_loader(name, TextLoader)
    _prepare(session, timeout_seconds)
    return session


def _prepare(session: Session, timeout_seconds: float | None) -> None:
    session.execute(
        "SELECT set_config('TimeZone', 'UTC', false), set_config('DateStyle', 'ISO, MDY', false),"
        " set_config('bytea_output', 'hex', false),"
        " set_config('idle_in_transaction_session_timeout', %s, false)",
        (str(IDLE_SECONDS * 1000),),
    )
    if timeout_seconds is not None:
        # A shorter limit that the database, role or cluster sets stays in force.
        session.execute(
            "SELECT set_config('statement_timeout', %(limit)s, false) FROM pg_settings"
            " WHERE name = 'statement_timeout' AND setting::bigint NOT BETWEEN 1 AND %(limit)s::bigint",
            {"limit": str(round(timeout_seconds * 1000))},
        )


def _refusal(error: psycopg.OperationalError) -> ApiError | DatabaseError:
    found = re.search(r"FATAL:\s+(.*)", str(error))
    if found is None:
        return DatabaseError(
            f"The PostgreSQL that stands in for Aurora can't be reached: {error}.",
            "See PostgreSQL's log, then start the server again.",
        )
    message = found.group(1).strip()
    sqlstate = next(state for pattern, state in _REFUSALS if re.fullmatch(pattern, message))
    return faults.database(message, sqlstate)
