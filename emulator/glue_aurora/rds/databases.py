"""Roles and databases of clusters in the PostgreSQL behind the emulator.

A cluster's role and database carry its ARN as their comment. PostgreSQL remembers what the emulator forgets when it
restarts, so a cluster that is made again finds its own. The emulator never takes over or drops anything else.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import psycopg
from psycopg import sql

from glue_aurora import config
from glue_aurora.rds import faults
from glue_aurora.rds.models import Cluster
from glue_aurora.service.errors import DatabaseError, NotSupportedError

SUPERUSER_ROLE = "rds_superuser"
MAJOR_VERSION = 16  # of the server, of every cluster and of the parameter groups' family
# PostgreSQL's predefined roles that rds_superuser has on RDS.
_PREDEFINED_ROLES = ("pg_monitor", "pg_signal_backend", "pg_checkpoint")
# Settings whose value is a list of names: each one has to be quoted by itself.
_NAME_LISTS = ("search_path", "session_preload_libraries", "temp_tablespaces")


def connect(port: int | None = None) -> psycopg.Connection[tuple[object, ...]]:
    """Returns a connection of the superuser in autocommit mode: to the first server, or to that on `port`.

    Raises:
        psycopg.OperationalError: the server can't be reached.
    """
    settings = config.postgres()
    return psycopg.connect(
        host=settings.host,
        port=port or settings.port,
        user=settings.user,
        password=settings.password,
        dbname=settings.database,
        connect_timeout=5,
        autocommit=True,
        application_name="emulator-rds",
    )


@contextmanager
def connection(cluster: Cluster | None = None) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Yields a connection of the superuser to the cluster's server, or without a cluster to the first one.

    Raises:
        DatabaseError: psycopg raised one of its errors.
    """
    port = cluster.own_port if cluster else None
    try:
        with connect(port) as conn:
            yield conn
    except psycopg.OperationalError as error:
        settings = config.postgres()
        raise DatabaseError(
            f"PostgreSQL at {settings.host}:{port or settings.port} cannot be used: {error}.",
            "Check that it runs and that EMULATOR_POSTGRES_* name it.",
        ) from error
    except psycopg.Error as error:
        raise DatabaseError(f"PostgreSQL refused a statement: {error}.", "See PostgreSQL's log.") from error


def create(cluster: Cluster, password: str) -> None:
    """Makes role and database, or takes back those that are this cluster's.

    Raises:
        ApiError: the role or the database is not this cluster's.
        DatabaseError: PostgreSQL refuses, or cannot be reached.
    """
    with connection(cluster) as conn:
        _check_version(conn)
        role_exists = _is_ours(conn, "role", cluster.master_username, cluster.arn)
        name = cluster.database_name
        database_exists = name is not None and _is_ours(conn, "database", name, cluster.arn)
        _ensure_superuser_role(conn)
        if not role_exists:
            with conn.transaction():  # A killed plugin must not leave a role that says nothing of its cluster.
                _execute(conn, "CREATE ROLE {role}", role=cluster.master_username)
                _execute(conn, "COMMENT ON ROLE {role} IS {arn}", role=cluster.master_username, arn=cluster.arn)
        _execute(conn, "ALTER ROLE {role} LOGIN CREATEDB CREATEROLE", role=cluster.master_username)
        _execute(conn, "GRANT {group} TO {role} WITH ADMIN OPTION", group=SUPERUSER_ROLE, role=cluster.master_username)
        _set_password(conn, cluster.master_username, password)
        if cluster.database_name:
            if not database_exists:
                _execute(
                    conn,
                    "CREATE DATABASE {name} OWNER {role}",
                    name=cluster.database_name,
                    role=cluster.master_username,
                )
            _execute(conn, "COMMENT ON DATABASE {name} IS {arn}", name=cluster.database_name, arn=cluster.arn)


def check_kept(cluster: Cluster) -> None:
    """Checks that PostgreSQL has the cluster's role and database.

    Raises:
        DatabaseError: it does not.
    """
    names = [("role", cluster.master_username)]
    if cluster.database_name:
        names.append(("database", cluster.database_name))
    with connection(cluster) as conn:
        for kind, name in names:
            if _owner(conn, kind, name) != cluster.arn:
                raise DatabaseError(f"PostgreSQL has no {kind} {name} of {cluster.arn}.", "Make the cluster anew.")


def set_password(cluster: Cluster, password: str) -> None:
    """Changes the master user's password at once.

    Raises:
        DatabaseError: PostgreSQL refuses, or cannot be reached.
    """
    with connection(cluster) as conn:
        _set_password(conn, cluster.master_username, password)


def apply_settings(cluster: Cluster) -> None:
    """Makes the cluster's parameters the defaults of sessions in its database.

    Parameters that PostgreSQL cannot set for one database are left out.

    Raises:
        ApiError: InvalidParameterValue, for a value that PostgreSQL refuses.
    """
    if not cluster.database_name:
        return
    with connection(cluster) as conn:
        contexts = {str(name): str(kind) for name, kind in conn.execute("SELECT lower(name), context FROM pg_settings")}
        _execute(conn, "ALTER DATABASE {name} RESET ALL", name=cluster.database_name)
        for name, value in cluster.applied.items():
            # What belongs to the server as a whole, or is RDS's own, cannot be set for one database.
            if contexts.get(name.lower()) not in ("user", "superuser") or "{" in value:
                continue
            values = [part.strip() for part in value.split(",")] if name in _NAME_LISTS else [value]
            statement = sql.SQL("ALTER DATABASE {} SET {} = {}").format(
                sql.Identifier(cluster.database_name),
                sql.Identifier(*name.split(".")),
                sql.SQL(", ").join(sql.Literal(one) for one in values),
            )
            try:
                conn.execute(statement)
            except psycopg.Error as error:
                raise faults.invalid_value(
                    f"Invalid parameter value: {value} for: {name}. PostgreSQL says: {error.diag.message_primary}"
                ) from error


def disconnect(cluster: Cluster) -> None:
    """Ends all sessions of the cluster's users and in its databases.

    Raises:
        DatabaseError: PostgreSQL refuses, or cannot be reached.
    """
    with connection(cluster) as conn:
        conn.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND (usename = ANY(%s) OR datname = ANY(%s))",
            (_roles(conn, cluster), _databases(conn, cluster)),
        )


def drop(cluster: Cluster) -> None:
    """Drops the cluster's databases and users, also those that its master user made.

    Raises:
        DatabaseError: PostgreSQL refuses, or cannot be reached.
    """
    with connection(cluster) as conn:
        roles = _roles(conn, cluster)
        for database in _databases(conn, cluster):
            _execute(conn, "DROP DATABASE IF EXISTS {name} WITH (FORCE)", name=database)
        for role in roles:
            _execute(conn, "DROP OWNED BY {role}", role=role)
        for role in roles:
            _execute(conn, "DROP ROLE {role}", role=role)
        left = conn.execute(
            "SELECT 1 FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid WHERE r.rolname = %s",
            (SUPERUSER_ROLE,),
        ).fetchone()
        if left is None:
            _execute(conn, "DROP ROLE IF EXISTS {role}", role=SUPERUSER_ROLE)


def has_setting(name: str) -> bool:
    """Returns whether PostgreSQL knows a parameter of this name.

    Raises:
        DatabaseError: PostgreSQL cannot be reached.
    """
    with connection() as conn:
        row = conn.execute("SELECT 1 FROM pg_settings WHERE lower(name) = lower(%s)", (name,)).fetchone()
    return row is not None


def reserved_words() -> set[str]:
    """Returns the words that PostgreSQL reserves.

    Raises:
        DatabaseError: PostgreSQL cannot be reached.
    """
    with connection() as conn:
        return {str(word) for (word,) in conn.execute("SELECT word FROM pg_get_keywords() WHERE catcode = 'R'")}


def _roles(conn: psycopg.Connection[tuple[object, ...]], cluster: Cluster) -> list[str]:
    """Returns the master user and all roles that it made: PostgreSQL makes the maker of a role its administrator."""
    rows = conn.execute(
        "WITH RECURSIVE made AS ("
        " SELECT oid, 0 AS depth FROM pg_roles"
        "  WHERE rolname = %(master)s AND shobj_description(oid, 'pg_authid') = %(arn)s"
        " UNION SELECT m.roleid, made.depth + 1 FROM pg_auth_members m JOIN made ON m.member = made.oid"
        "  JOIN pg_roles r ON r.oid = m.roleid"
        "  WHERE m.admin_option AND r.rolname <> %(group)s AND r.rolname NOT LIKE 'pg\\_%%')"
        " SELECT rolname FROM made JOIN pg_roles USING (oid) GROUP BY rolname ORDER BY max(depth) DESC",
        {"master": cluster.master_username, "arn": cluster.arn, "group": SUPERUSER_ROLE},
    )
    return [str(name) for (name,) in rows]


def _databases(conn: psycopg.Connection[tuple[object, ...]], cluster: Cluster) -> list[str]:
    rows = conn.execute(
        "SELECT datname FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba"
        " WHERE shobj_description(d.oid, 'pg_database') = %s OR rolname = ANY(%s)",
        (cluster.arn, _roles(conn, cluster)),
    )
    return [str(name) for (name,) in rows]


def has_names_of_another(conn: psycopg.Connection[tuple[object, ...]], cluster: Cluster) -> bool:
    """Returns whether the server has a role or database with one of the cluster's names that is not the cluster's.

    A cluster can't have the superuser's own database on any server, so that one does not count.
    """
    names = [("role", cluster.master_username)]
    if cluster.database_name and cluster.database_name != config.postgres().database:
        names.append(("database", cluster.database_name))
    return any(_owner(conn, kind, name) not in (None, cluster.arn) for kind, name in names)


def _is_ours(conn: psycopg.Connection[tuple[object, ...]], kind: str, name: str, arn: str) -> bool:
    """Returns whether the role or database exists and is this cluster's.

    Raises:
        NotSupportedError: it exists and is not this cluster's.
    """
    owner = _owner(conn, kind, name)
    if owner in (None, arn):
        return owner == arn
    raise NotSupportedError(
        f"The {kind} {name} for {arn}", f"PostgreSQL has this {kind}, and it {owner}. Choose another name."
    )


def _owner(conn: psycopg.Connection[tuple[object, ...]], kind: str, name: str) -> str | None:
    """Returns the ARN of the cluster to which the role or database belongs, or "is not a cluster's".

    None: the server has no such thing. A database without an ARN, which a killed plugin left, belongs to its owner's
    cluster.
    """
    query = {
        "role": "SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = %s",
        "database": "SELECT coalesce(shobj_description(oid, 'pg_database'), shobj_description(datdba, 'pg_authid'))"
        " FROM pg_database WHERE datname = %s",
    }[kind]
    row = conn.execute(query, (name,)).fetchone()
    if row is None:
        return None
    return str(row[0]) if str(row[0]).startswith("arn:") else "is not a cluster's"


def _check_version(conn: psycopg.Connection[tuple[object, ...]]) -> None:
    version = conn.info.server_version
    if version // 10000 != MAJOR_VERSION:
        raise DatabaseError(
            f"The server behind the emulator is PostgreSQL {version // 10000}.", f"Start PostgreSQL {MAJOR_VERSION}."
        )


def _ensure_superuser_role(conn: psycopg.Connection[tuple[object, ...]]) -> None:
    if conn.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (SUPERUSER_ROLE,)).fetchone() is None:
        _execute(conn, "CREATE ROLE {role} NOLOGIN", role=SUPERUSER_ROLE)
    for role in _PREDEFINED_ROLES:
        _execute(conn, "GRANT {group} TO {role}", group=role, role=SUPERUSER_ROLE)


def _set_password(conn: psycopg.Connection[tuple[object, ...]], username: str, password: str) -> None:
    # The verifier is made here, so that no log of the server ever shows a password.
    verifier = conn.pgconn.encrypt_password(password.encode(), username.encode(), b"scram-sha-256").decode()
    statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(username), sql.Literal(verifier))
    try:
        conn.execute(statement)
    except psycopg.Error as error:
        raise DatabaseError(
            f"PostgreSQL refused to change the password of {username}: {error.diag.message_primary}.",
            "See PostgreSQL's log.",
        ) from None


def _execute(conn: psycopg.Connection[tuple[object, ...]], statement: str, **names: str) -> None:
    """Runs a statement with identifiers in braces; `arn` is a literal."""
    parts: Mapping[str, sql.Composable] = {
        key: sql.Literal(value) if key == "arn" else sql.Identifier(value) for key, value in names.items()
    }
    conn.execute(sql.SQL(statement).format(**parts))  # type: ignore[arg-type]
