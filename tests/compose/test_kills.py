"""Kills each container during a run. The run fails or restarts cleanly; it neither hangs nor falsely succeeds."""

from __future__ import annotations

import pytest

from scripts.base.waiting import NotReady, wait_for
from tests.compose.conftest import Containers
from tests.kit.glue import GlueKit

pytestmark = pytest.mark.compose
WAITS = """
import threading
from pyspark.sql import SparkSession
SparkSession.builder.getOrCreate()
print("begun", flush=True)
threading.Event().wait(300)
"""
GROUP = "/aws-glue/jobs/output"


def begun(kit: GlueKit, source: str = WAITS) -> tuple[str, str]:
    """Starts a run. Returns job and run when the script has begun to work."""
    job = kit.create_job(source)
    run_id = kit.start(job)
    kit.wait_for_log(GROUP, run_id, "begun")
    return job, run_id


def succeeds(kit: GlueKit) -> bool:
    return str(kit.finish(kit.create_job())["JobRunState"]) == "SUCCEEDED"


def test_killed_worker_fails_the_run_with_the_reason(containers: Containers, kit: GlueKit) -> None:
    job, run_id = begun(kit)
    containers.kill("glue")
    ended = kit.wait(job, run_id)
    assert ended["JobRunState"] == "FAILED"
    assert "worker" in ended["ErrorMessage"]
    containers.start()
    assert succeeds(kit)


def test_killed_localstack_leaves_no_spark_behind_and_starts_again(containers: Containers, kit: GlueKit) -> None:
    begun(kit)
    assert spark_runs(containers)
    containers.kill("localstack")

    def gone() -> None:
        if spark_runs(containers):
            raise NotReady("Spark still runs")

    wait_for("the end of the run that nobody asks for", gone, seconds=150, remedy="see the worker's log")
    containers.start()
    assert succeeds(GlueKit(containers.client))


def test_killed_postgres_keeps_what_was_committed(containers: Containers, kit: GlueKit) -> None:
    with containers.superuser() as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT 1 AS n")
    containers.kill("postgres")
    containers.start()
    with containers.superuser() as connection:
        assert connection.execute("SELECT n FROM kept").fetchall() == [(1,)]
        connection.execute("DROP TABLE kept")
    assert succeeds(GlueKit(containers.client))


# A process may end between the listing and the reading.
NAMES_OF_PROCESSES = """
import contextlib, pathlib
for path in pathlib.Path("/proc").glob("[0-9]*/comm"):
    with contextlib.suppress(OSError):
        print(path.read_text().strip())
"""


def spark_runs(containers: Containers) -> bool:
    return "java" in containers.inside("glue", "/usr/bin/python3", "-c", NAMES_OF_PROCESSES).split()
