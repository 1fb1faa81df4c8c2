"""Servers beside the first one, for clusters whose names another cluster has there.

On AWS every cluster has a server of its own, so two clusters may have the same master user and database. Here clusters
share the server that `EMULATOR_POSTGRES_*` names. A cluster whose master user or database has a name that is taken
there gets a server of its own, on another port.

The first server starts the others with `COPY … TO PROGRAM`, which works on this machine and in a container. Each takes
its settings and the superuser's password from the first server, and keeps its data below the data of the first server.
The started program ends when the session that started it ends. So no server outlives the plugin or the first server.
"""

import hashlib
import logging
import select
import shlex
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass

import psycopg
from psycopg import sql

from glue_aurora import config
from glue_aurora.rds import databases
from glue_aurora.rds.models import Cluster
from glue_aurora.service.errors import DatabaseError, EmulatorError

LOG = logging.getLogger(__name__)

_FOLDER = "emulator_clusters"
_START_SECONDS = 60
_SECONDS_BETWEEN_ATTEMPTS = 0.1
# Values of the first server that another server must not have.
_OWN_SETTINGS = ("port", "data_directory", "config_file", "hba_file", "ident_file")
_FILES = ("ssl_cert_file", "ssl_key_file", "ssl_ca_file")

_INITIALISE = """\
set -eu
umask 077
mkdir -p {parent}
rm -rf {folder}.making
{initdb} -D {folder}.making -U {superuser} --auth=trust --no-sync {locale} </dev/null >/dev/null
{postgres} --single -D {folder}.making postgres >/dev/null
printf '%s\\n' 'include_if_exists emulator_hba.conf' {rule} >{folder}.making/pg_hba.conf
mv {folder}.making {folder}
"""

# The program is the server itself. The process beside it waits for the end of the session, whatever signal comes.
_RUN = """\
exec 3<&0
(
    trap '' TERM INT QUIT HUP
    while read -r line <&3; do :; done
    kill -INT $$
) </dev/null >/dev/null 2>&1 &
exec {postgres} -D {folder} -p {port} {options} </dev/null >&2 3<&-
"""
_REMOVE = "cat >/dev/null; rm -rf {folder} {folder}.making"


@dataclass(frozen=True)
class _First:
    """What another server takes from the first one."""

    binaries: str
    data: str
    options: list[str]
    locale: list[str]

    def folder(self, cluster: Cluster) -> str:
        """Returns the data folder of the cluster's own server."""
        return f"{self.data}/{_FOLDER}/{hashlib.sha256(cluster.arn.encode()).hexdigest()[:16]}"


class _Server:
    """Keeps a cluster's own server running until `end`."""

    def __init__(self, folder: str, port: int) -> None:
        self.port = port
        self._folder = folder
        self._ready = threading.Event()
        self._ending = threading.Event()
        # A byte in this pipe wakes the thread.
        self._woken, self._wake = socket.socketpair()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._keep, name=f"postgres-{port}", daemon=True)
        self._thread.start()

    def wait_ready(self) -> None:
        """Returns when the server answers.

        Raises:
            DatabaseError: it does not in time.
        """
        if not self._ready.wait(_START_SECONDS):
            raise DatabaseError(
                f"The cluster's own PostgreSQL on port {self.port} did not start: {self._failure}.",
                "See PostgreSQL's log.",
            )

    def end(self) -> None:
        """Ends the server. Returns when it has ended."""
        self._ending.set()
        self._wake.send(b"\0")
        self._thread.join(_START_SECONDS)

    def _keep(self) -> None:
        while not self._ending.is_set():
            try:
                self._serve()
            except (psycopg.Error, EmulatorError, OSError) as error:
                self._failure = error
            finally:
                self._ready.clear()
            if not self._ending.wait(1):
                LOG.warning("PostgreSQL on port %s ended and is started again", self.port)

    def _serve(self) -> None:
        """Starts the server and returns when it, the first server or its use has ended."""
        with databases.connection() as starter:
            with suppress(psycopg.Error):  # Some systems can't notice that a client is gone.
                starter.execute("SET client_connection_check_interval = '1s'")
            first = _first(starter)
            program = _RUN.format(
                postgres=shlex.quote(f"{first.binaries}/postgres"),
                folder=shlex.quote(self._folder),
                port=self.port,
                options=shlex.join(first.options),
            )
            starter.pgconn.send_query(_to_program("SELECT pg_sleep(3e9)", program).as_bytes(starter))
            try:
                self._watch(starter)
            finally:
                with suppress(psycopg.Error):
                    starter.cancel()
                    while starter.pgconn.get_result() is not None:
                        pass

    def _watch(self, starter: psycopg.Connection[tuple[object, ...]]) -> None:
        with self._connected(starter) as session:
            self._ready.set()
            select.select([starter.fileno(), session.fileno(), self._woken.fileno()], [], [])

    def _connected(self, starter: psycopg.Connection[tuple[object, ...]]) -> psycopg.Connection[tuple[object, ...]]:
        """Returns a session on the server as soon as the server takes one.

        Raises:
            psycopg.Error: the starting session ended, or the server's use.
        """
        while True:
            try:
                return databases.connect(self.port)
            except psycopg.OperationalError as error:
                self._failure = error
                if select.select([starter.fileno(), self._woken.fileno()], [], [], _SECONDS_BETWEEN_ATTEMPTS)[0]:
                    raise


_servers: dict[str, _Server] = {}


def place(cluster: Cluster) -> None:
    """Chooses the cluster's server: the first one, or one of its own where its names are taken.

    A cluster that had a server of its own before the emulator forgot it gets the same data again.

    Raises:
        DatabaseError: PostgreSQL refuses, or cannot be reached.
    """
    with databases.connection() as conn:
        folder = _first(conn).folder(cluster)
        exists = conn.execute("SELECT (pg_stat_file(%s, true)).isdir", (folder,)).fetchone() == (True,)
        if not exists and not databases.has_names_of_another(conn, cluster):
            return
        if not exists:
            _initialise(conn, folder)
    server = _servers[cluster.arn] = _Server(folder, _free_port())
    try:
        server.wait_ready()
    except DatabaseError:
        release(cluster)
        raise
    cluster.own_port = server.port


def release(cluster: Cluster) -> bool:
    """Ends the cluster's own server. Its data stays. Returns False for a cluster on the first server."""
    server = _servers.pop(cluster.arn, None)
    if server is None:
        return False
    server.end()
    return True


def remove(cluster: Cluster) -> None:
    """Ends the cluster's own server and removes its data. Does nothing for a cluster on the first server.

    Raises:
        DatabaseError: PostgreSQL refuses, or cannot be reached.
    """
    if not release(cluster):
        return
    with databases.connection() as conn:
        folder = shlex.quote(_first(conn).folder(cluster))
        conn.execute(_to_program("SELECT 1", _REMOVE.format(folder=folder)))


def _initialise(conn: psycopg.Connection[tuple[object, ...]], folder: str) -> None:
    """Makes a data folder whose superuser has the first server's password.

    The password's verifier goes from the first server to the program, so that no command line or log shows it.
    """
    first, superuser = _first(conn), config.postgres().user
    program = _INITIALISE.format(
        parent=shlex.quote(folder.rpartition("/")[0]),
        folder=shlex.quote(folder),
        initdb=shlex.quote(f"{first.binaries}/initdb"),
        postgres=shlex.quote(f"{first.binaries}/postgres"),
        superuser=shlex.quote(superuser),
        locale=shlex.join(first.locale),
        rule=shlex.quote(f'host all "{superuser}" all scram-sha-256'),
    )
    query = (
        "SELECT format('ALTER ROLE %I PASSWORD %L', rolname, rolpassword) FROM pg_authid WHERE rolname = current_user"
    )
    conn.execute(_to_program(query, program))


def _first(conn: psycopg.Connection[tuple[object, ...]]) -> _First:
    settings = {str(name): str(value) for name, value in conn.execute(
        "SELECT name, setting FROM pg_settings WHERE source = 'command line' OR name = 'data_directory'"
    )}  # fmt: skip
    data = settings["data_directory"]
    options = []
    for name, value in settings.items():
        if name not in _OWN_SETTINGS:
            absolute = f"{data}/{value}" if name in _FILES and not value.startswith("/") else value
            options += ["-c", f"{name}={absolute}"]
    (binaries,) = conn.execute("SELECT setting FROM pg_config WHERE name = 'BINDIR'").fetchone() or ("",)
    row = conn.execute(
        "SELECT pg_encoding_to_char(encoding), datcollate, datctype, datlocprovider, daticulocale"
        " FROM pg_database WHERE datname = 'template1'"
    ).fetchone()
    if row is None:
        raise DatabaseError(
            "PostgreSQL has no template1.",
            "Remove PostgreSQL's data folder and start it again (by make: `make reset`, then `make local-up`).",
        )
    encoding, collate, ctype, provider, icu_locale = row
    locale = [f"--encoding={encoding}", f"--lc-collate={collate}", f"--lc-ctype={ctype}"]
    if provider in ("i", b"i"):
        locale += ["--locale-provider=icu", f"--icu-locale={icu_locale}"]
    return _First(str(binaries), data, options, locale)


def _to_program(query: str, program: str) -> sql.Composed:
    return sql.SQL("COPY ({}) TO PROGRAM {}").format(sql.SQL(query), sql.Literal(program))  # type: ignore[arg-type]


def _free_port() -> int:
    """Returns a port on which nobody listens here. In a container of its own the server has all ports."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
