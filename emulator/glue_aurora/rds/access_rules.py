"""Writes who may connect to which database: a rule for each cluster, in a file that pg_hba.conf includes.

Everything goes through SQL as the superuser, so it works with a server on this machine and in a container.
With `rds.force_ssl` a cluster has a `hostssl` rule only, and a connection without TLS is refused as on AWS: "no
pg_hba.conf entry for host …, no encryption". A cluster without an instance has no rule: on AWS it has no compute.
"""

from collections.abc import Iterable
from pathlib import PurePosixPath

import psycopg
from psycopg import sql

from glue_aurora import config
from glue_aurora.rds import databases
from glue_aurora.rds.models import Cluster
from glue_aurora.service.errors import DatabaseError

_FILE = "emulator_hba.conf"
_INCLUDE = f"include_if_exists {_FILE}"
_METHOD = "scram-sha-256"
# Each attempt is a new connection; the server takes a new file within milliseconds.
_MOST_ATTEMPTS = 500


def write(cluster: Cluster, clusters: Iterable[Cluster]) -> None:
    """Writes the rules of those `clusters` that are on the server of `cluster`. Returns when new connections obey them.

    Raises:
        DatabaseError: PostgreSQL refuses, or cannot be reached.
    """
    lines = [line for one in clusters if one.reachable and one.own_port == cluster.own_port for line in _rules(one)]
    with databases.connection(cluster) as conn:
        main = PurePosixPath(str(_one(conn, "SHOW hba_file")))
        _ensure_include(conn, main)
        _write_file(
            conn, main.with_name(_FILE), ["# Written by the emulator: one cluster's rules after another's.", *lines]
        )
        before = _one(conn, "SELECT clock_timestamp()")
        conn.execute("SELECT pg_reload_conf()")
        problem = conn.execute(
            "SELECT file_name, line_number, error FROM pg_hba_file_rules WHERE error IS NOT NULL"
        ).fetchone()
    if problem:
        raise DatabaseError(
            f"PostgreSQL cannot read {problem[0]}, line {problem[1]}: {problem[2]}.", "Correct or remove that line."
        )
    _wait_until_loaded(cluster, before)


def _rules(cluster: Cluster) -> list[str]:
    connection_type = "hostssl" if cluster.forces_ssl else "host"
    rules = [f'{connection_type} all "{cluster.master_username}" all {_METHOD}']
    if cluster.database_name:
        rules.append(f'{connection_type} "{cluster.database_name}" all all {_METHOD}')
    return rules


def _ensure_include(conn: psycopg.Connection[tuple[object, ...]], main: PurePosixPath) -> None:
    """Has pg_hba.conf include our file, and let only the superuser in over TCP otherwise.

    Our own set-up writes pg_hba.conf so. The postgres image lets everybody in, and gets it here, once.
    """
    lines = str(_one(conn, "SELECT pg_read_file(%s)", str(main))).splitlines()
    if _INCLUDE in (line.strip() for line in lines):
        return
    kept = [line for line in lines if line.strip() and not line.lstrip().startswith(("#", "host"))]
    superuser = config.postgres().user
    _write_file(conn, main, [*kept, _INCLUDE, f'host all "{superuser}" all {_METHOD}'])


def _write_file(conn: psycopg.Connection[tuple[object, ...]], path: PurePosixPath, lines: list[str]) -> None:
    statement = sql.SQL("COPY (SELECT unnest({}::text[])) TO {}").format(sql.Literal(lines), sql.Literal(str(path)))
    conn.execute(statement)


def _wait_until_loaded(cluster: Cluster, before: object) -> None:
    """Waits until the server has loaded its rules after `before`.

    The load time that a new session shows is that of the server's last reload, which reads the rules too.

    Raises:
        DatabaseError: the server does not reload.
    """
    for _attempt in range(_MOST_ATTEMPTS):
        with databases.connection(cluster) as conn:
            if _one(conn, "SELECT pg_conf_load_time() >= %s", before):
                return
    raise DatabaseError("PostgreSQL did not reload its access rules.", "See PostgreSQL's log.")


def _one(conn: psycopg.Connection[tuple[object, ...]], query: str, *parameters: object) -> object:
    row = conn.execute(query, parameters or None).fetchone()  # type: ignore[arg-type]
    return row[0] if row else None
