"""PostgreSQL's superuser, whom on AWS only RDS itself is: for readiness, tests and the emulator, never for the case."""

from __future__ import annotations

import psycopg

from scripts.environment import shared

SUPERUSER = shared.POSTGRES_SUPERUSER


def connect_superuser(port: int, password: str, database: str = "postgres") -> psycopg.Connection:
    """A connection in autocommit mode to the server on 127.0.0.1."""
    return psycopg.connect(
        host="127.0.0.1",
        port=port,
        user=SUPERUSER,
        password=password,
        dbname=database,
        connect_timeout=5,
        autocommit=True,
    )
