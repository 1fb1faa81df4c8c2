"""The cluster's database as a person reaches it: Terraform names the endpoint, the managed secret has the password."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from scripts.base.console import say
from scripts.base.errors import CommandError, DatabaseError
from scripts.base.paths import TOP
from scripts.environment import runtime, tables
from scripts.environment.instance import Instance
from scripts.environment.superuser import connect_superuser

ANALYSIS = TOP / "sql" / "02_analysis_queries.sql"


def parameters(instance: Instance, outputs: dict[str, Any]) -> dict[str, Any]:
    """Returns the master user's connection parameters for libpq.

    In Docker only containers resolve the endpoint's name, so `hostaddr` gives libpq the address.
    """
    arn = outputs["secret_manager_aurora_credentials_arn"]
    secret = json.loads(instance.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])
    address = {"hostaddr": "127.0.0.1"} if instance.runtime == "docker" else {}
    return {
        **address,
        "host": outputs["aurora_cluster_endpoint"],
        "port": outputs["aurora_cluster_port"],
        "dbname": outputs["aurora_database_name"],
        "user": secret["username"],
        "password": secret["password"],
        "sslmode": "verify-full",
        "sslrootcert": str(instance.authority),
        "connect_timeout": 10,
    }


def connect(instance: Instance, outputs: dict[str, Any]) -> psycopg.Connection:
    """Connects as the master user, in autocommit mode.

    Raises:
        CommandError: the database can't be reached, or refuses.
    """
    try:
        return psycopg.connect(**parameters(instance, outputs), autocommit=True)
    except psycopg.OperationalError as error:
        raise CommandError(
            f"the cluster's database refused: {error}", "run `make local-up`, which repairs the environment"
        ) from None


def connect_as_superuser(instance: Instance, database: str = "postgres") -> psycopg.Connection:
    """Connects past RDS, which is impossible on AWS, to show what is really in the server."""
    return connect_superuser(instance.ports.postgres, runtime.of(instance).superuser_password(instance), database)


def create_tables(instance: Instance, outputs: dict[str, Any]) -> bool:
    """Makes the table or brings it up to date, and prints which files changed it. Returns False when none did."""
    with connect(instance, outputs) as connection:
        changed = tables.bring_up_to_date(Psycopg(connection))
    say(tables.report(changed))
    return bool(changed)


def update_tables(instance: Instance, outputs: dict[str, Any]) -> None:
    """Brings the table up to date, and prints which files changed it, if any did."""
    with connect(instance, outputs) as connection:
        if changed := tables.bring_up_to_date(Psycopg(connection)):
            say(tables.report(changed))


def pending_changes(instance: Instance, outputs: dict[str, Any]) -> list[str]:
    """Returns the files of sql/ that would change the table. They run in a transaction that is then undone."""
    with connect(instance, outputs) as connection, connection.transaction(force_rollback=True):
        return tables.bring_up_to_date(Psycopg(connection))


@contextmanager
def transaction(instance: Instance, outputs: dict[str, Any]) -> Iterator[Callable[[str], list[tuple[Any, ...]]]]:
    """Yields a function that runs a statement and returns its rows. All statements of the block are one transaction.

    Raises:
        DatabaseError: the database refuses a statement.
    """
    with connect(instance, outputs) as connection:

        def execute(sql: str) -> list[tuple[Any, ...]]:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

        try:
            with connection.transaction():
                yield execute
        except psycopg.Error as error:
            raise DatabaseError(str(error).strip(), tables.REMEDY) from None


@dataclass(frozen=True)
class Psycopg:
    """A way into the database by a connection in autocommit mode: a file's statements go in one call."""

    connection: psycopg.Connection

    def run(self, path: Path) -> None:
        """Runs the statements of a file in one transaction."""
        try:
            with self.connection.transaction():
                self.connection.execute(tables.LOCK_TIMEOUT)
                self.connection.execute(path.read_bytes())
        except psycopg.Error as error:
            raise tables.refused(path, error) from None

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Returns the rows of a query.

        Raises:
            DatabaseError: the database refuses it, or the connection is lost.
        """
        try:
            return self.connection.execute(sql.encode()).fetchall()
        except psycopg.Error as error:
            raise DatabaseError(str(error).strip(), tables.REMEDY) from None


def write_pgpass(instance: Instance, outputs: dict[str, Any]) -> Path:
    """Writes a password file (0600) for psql, so that no command prints or exports the password. Returns its path."""
    found = parameters(instance, outputs)
    path = instance.secret_file("pgpass")
    path.write_text(pgpass_line(found))
    return path


def pgpass_line(found: dict[str, Any]) -> str:
    """Returns a line of a password file. libpq needs a backslash before each colon and backslash of a value."""
    values = (str(found[name]) for name in ("host", "port", "dbname", "user", "password"))
    return ":".join(value.replace("\\", "\\\\").replace(":", "\\:") for value in values) + "\n"
