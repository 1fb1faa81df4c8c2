"""The faults that can strike a run. Each strikes a live run; it prepares and undoes what it needs itself."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil

from glue_scripts.table import NAME as TABLE
from scripts.base.errors import StartError
from scripts.base.waiting import NotReady, wait_for
from scripts.environment import localstack
from tests.kit.faults.proxy import Proxy
from tests.kit.faults.site import APPLICATION, USER, Site

Strike = Callable[[Site, Proxy], bool]


def _kill(site: Site, wanted: Callable[[psutil.Process], bool]) -> bool:
    """Sends SIGKILL to the run's processes of one kind. Returns False when the run has none."""
    hit = False
    for process in site.processes():
        with suppress(psutil.Error):
            if wanted(process):
                process.kill()
                hit = True
    return hit


def kill_jvm(site: Site, proxy: Proxy) -> bool:
    return _kill(site, lambda process: process.name() == "java")


def kill_driver(site: Site, proxy: Proxy) -> bool:
    """Kills the script's Python."""
    return _kill(
        site, lambda process: any("runscript.py" in part for part in process.cmdline()) and _is_python(process)
    )


def kill_python_workers(site: Site, proxy: Proxy) -> bool:
    return _kill(site, lambda process: "pyspark.daemon" in process.cmdline())


def kill_postgres(site: Site, proxy: Proxy) -> bool:
    site.restart_postgres()
    return True


def kill_localstack(site: Site, proxy: Proxy) -> bool:
    site.kill(localstack.daemon)
    return True


def cut_connections(site: Site, proxy: Proxy) -> bool:
    return proxy.cut() > 0


def terminate_backends(site: Site, proxy: Proxy) -> bool:
    return _signal(site, "pg_terminate_backend")


def cancel_statements(site: Site, proxy: Proxy) -> bool:
    return _signal(site, "pg_cancel_backend")


def hold_the_lock(site: Site, proxy: Proxy) -> bool:
    """Makes another session lock the table until the run waits for it."""
    taken = threading.Event()

    def waited_for() -> None:
        query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = %s"
        with site.superuser() as connection:
            if connection.execute(query, [APPLICATION]).fetchone() == (0,):
                raise NotReady("the run does not want the table yet")

    def hold() -> None:
        with suppress(StartError), site.superuser() as connection, connection.transaction():
            connection.execute(f"LOCK TABLE {TABLE} IN ACCESS EXCLUSIVE MODE")
            taken.set()
            wait_for("the run to want the table", waited_for, seconds=60, remedy="see the worker's log")

    threading.Thread(target=hold, daemon=True).start()
    return taken.wait(10)


def _signal(site: Site, function: str) -> bool:
    query = f"SELECT count(*) FILTER (WHERE {function}(pid)) FROM pg_stat_activity WHERE application_name = %s"
    with site.superuser() as connection:
        return connection.execute(query, [APPLICATION]).fetchone() != (0,)


def _is_python(process: psutil.Process) -> bool:
    return "python" in process.name()


STRIKES: dict[str, Strike] = {
    "SIGKILL of the JVM": kill_jvm,
    "SIGKILL of the driver": kill_driver,
    "SIGKILL of the Python workers": kill_python_workers,
    "SIGKILL of PostgreSQL": kill_postgres,
    "SIGKILL of LocalStack": kill_localstack,
    "connections cut": cut_connections,
    "sessions terminated": terminate_backends,
    "statements cancelled": cancel_statements,
    "table locked by another": hold_the_lock,
}
# Faults that need a session of the run. Python workers live only while rows are copied.
NEEDS_SESSION = {"connections cut", "sessions terminated", "statements cancelled"}


def possible(fault: str, phase: str) -> bool:
    if fault == "SIGKILL of the Python workers":
        return phase == "copying"
    if fault in NEEDS_SESSION:
        return phase not in ("starting", "committed")  # The session ends with its commit.
    if fault == "table locked by another":
        # In the first phase the harness itself holds the table, in the second the merge does.
        return phase not in ("waiting for the lock", "merging")
    return True


@contextmanager
def full_disk(site: Site) -> Iterator[None]:
    """Puts the job's new tables on a file system of 512 kB for the block.

    Raises:
        PermissionError: this user can't mount a file system here.
    """
    if sys.platform != "linux" or psutil.Process().uids().effective != 0:
        raise PermissionError("a small file system can be mounted by root on Linux only")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="letrus-small-")))
        folder.chmod(0o755)
        mount = ["mount", "-t", "tmpfs", "-o", "size=512k,mode=777", "tmpfs", str(folder)]
        if subprocess.run(mount, check=False).returncode:  # Root in a container may not mount, for example.
            raise PermissionError("a small file system can't be mounted here")
        stack.callback(lambda: subprocess.run(["umount", folder], check=True))
        connection = stack.enter_context(site.superuser())
        location = folder / "tablespace"
        connection.execute(f"COPY (SELECT 1) TO PROGRAM 'mkdir -m 700 {location}'")
        connection.execute(f"CREATE TABLESPACE small OWNER {USER} LOCATION '{location}'")
        stack.callback(connection.execute, "DROP TABLESPACE small")
        connection.execute(f"ALTER ROLE {USER} SET default_tablespace = small")
        stack.callback(connection.execute, f"ALTER ROLE {USER} RESET default_tablespace")
        yield
