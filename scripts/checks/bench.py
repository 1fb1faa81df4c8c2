"""`make bench`: sets up what the benchmark needs, starts a PostgreSQL for it, and removes both afterwards.

The scenario `local` measures the local environment itself, and is no part of the others.
"""

from __future__ import annotations

import os
import shutil

from scripts.base.isolation import clean_environment
from scripts.base.paths import LOCAL
from scripts.base.processes import run_foreground
from scripts.checks import bench_local
from scripts.environment import lifecycle, postgres
from scripts.environment.database import pgpass_line
from scripts.environment.instance import Instance, Ports
from scripts.environment.superuser import SUPERUSER
from scripts.supply import jars, java, venvs, wheels

LOCAL_SCENARIO = "local"


def run() -> int:
    """Runs what SCENARIOS names, or `python -m bench` (bench/README.md). Returns its exit code."""
    names = [name.strip() for name in os.environ.get("SCENARIOS", "").split(",")]
    if LOCAL_SCENARIO not in names:
        return _peers({})
    others = [name for name in names if name != LOCAL_SCENARIO]
    code = _peers({"SCENARIOS": ",".join(others)}) if any(others) else 0
    return code or bench_local.run()


def _peers(more: dict[str, str]) -> int:
    """Compares the job with its peers, with the caller's variables and `more`."""
    python = venvs.bench()
    # Before anything else is fetched or started.
    if code := run_foreground([python, "-m", "bench", "--check"], {**clean_environment(), **more}):
        return code
    worker, own_jars, jdbc, modules = java.worker(), jars.worker(), jars.jdbc(), wheels.importable()
    instance = Instance.open(LOCAL / f"bench-{os.getpid()}", Ports.free())
    scratch = instance.folder / "bench"
    scratch.mkdir()
    try:
        postgres.start(instance)
        address = {"host": "127.0.0.1", "port": str(instance.ports.postgres), "user": SUPERUSER}
        passwords = instance.secret_file("pgpass")
        passwords.write_text(pgpass_line({**address, "dbname": "*", "password": postgres.superuser_password(instance)}))
        variables = {
            "PGHOST": address["host"],
            "PGPORT": address["port"],
            "PGUSER": address["user"],
            "PGPASSFILE": str(passwords),
            "PGSSLROOTCERT": str(instance.authority),
            "JAVA_HOME": str(java.home()),
            "TMPDIR": str(scratch),
            "BENCH_FOLDER": str(scratch),
            "BENCH_SERVER_LOG": str(postgres.daemon(instance).log),
            "BENCH_PASSWORD_FILE": str(instance.secret_file("rdsadmin_password")),
            "BENCH_WORKER_PYTHON": str(worker),
            "GLUE_WORKER_JARS": str(own_jars),
            "GLUE_WORKER_CLASS_ARCHIVES": str(LOCAL / "class-archives"),
            "BENCH_JDBC_JAR": str(jdbc),
            "BENCH_MODULES": str(modules),
        }
        return run_foreground([python, "-m", "bench"], {**clean_environment(), **variables, **more})
    finally:
        if os.environ.get("KEEP") and (scratch / "logs").exists():
            shutil.copytree(scratch / "logs", LOCAL / "bench-logs", dirs_exist_ok=True)
        lifecycle.remove(instance)
