"""PostgreSQL's superuser, which on AWS only RDS has: for readiness, tests and the emulator, never for the case."""

from __future__ import annotations

from pathlib import Path

import psycopg

from scripts.environment import shared

SUPERUSER = shared.POSTGRES_SUPERUSER


def connect_superuser(
    port: int, password: str, database: str = "postgres", authority: Path | None = None
) -> psycopg.Connection:
    """Connects in autocommit mode to the server on 127.0.0.1, and verifies the server if `authority` is given."""
    return psycopg.connect(
        host="127.0.0.1",
        port=port,
        user=SUPERUSER,
        password=password,
        dbname=database,
        connect_timeout=5,
        autocommit=True,
        sslmode="verify-full" if authority else None,
        sslrootcert=str(authority) if authority else None,
    )
