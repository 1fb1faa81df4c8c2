"""The last targets of the environment of test_starting.py: it is stopped, taken back to a snapshot, and removed."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import psutil
import pytest

from scripts.environment import lifecycle, localstack, postgres, snapshots, worker
from scripts.environment.instance import Instance
from tests.kit.user import BUCKET, JOB, PLAN, User, client, rows

pytestmark = pytest.mark.e2e


def test_stop_leaves_no_process(user: User) -> None:
    user.make("local-up")
    before = job_runs(user), rows(user, "nome_aluno")
    user.make("local-down")
    assert user.processes() == []
    assert "nothing was running" in user.make("local-down")

    said = user.make("local-up")
    assert "makes no plan" in said and "Apply complete!" not in said
    assert (job_runs(user), rows(user, "nome_aluno")) == before
    assert user.shell(PLAN) == "0\n"


def test_stopped_environment_is_compared_where_somebody_changed_it(user: User) -> None:
    client(user, "s3").delete_bucket_lifecycle(Bucket=BUCKET)
    user.make("local-down")
    said = user.make("local-up")
    assert "aws_s3_bucket_lifecycle_configuration" in said and "Apply complete!" in said
    assert "makes no plan" in user.make("local-up")
    assert "makes no plan" not in user.make("local-up", "PLAN=1")


def test_snapshot_is_what_was_there(user: User) -> None:
    before = job_runs(user), rows(user, "nome_aluno")
    try:
        assert "make restore NAME=test-commands" in user.make("snapshot", "NAME=test-commands")
        user.make("run", "FRESH=1")
        assert rows(user, "count(*)") == "[(194,)]"
        user.make("restore", "NAME=test-commands")
        assert (job_runs(user), rows(user, "nome_aluno")) == before
        assert "makes no plan" in user.make("local-up")
        assert "test-commands" in user.make("snapshots")
    finally:
        shutil.rmtree(snapshots.FOLDER / "test-commands", ignore_errors=True)
    done = user.try_make("restore", "NAME=test-commands")
    assert done.returncode != 0 and "there is no snapshot test-commands" in done.stderr


def job_runs(user: User) -> list[str]:
    return [run["Id"] for run in client(user, "glue").get_job_runs(JobName=JOB)["JobRuns"]]


def test_reset_leaves_nothing_of_killed_parts(user: User) -> None:
    instance = Instance.load(user.folder)
    assert instance is not None
    lifecycle.start(instance)
    server = postgres.daemon(instance).process()
    assert server is not None
    memory = [path for each in (server, *server.children()) for path in _shared_memory(each)]
    for daemon in (localstack.daemon, worker.daemon, postgres.daemon):
        process = daemon(instance).process()
        assert process is not None
        process.kill()
    user.make("reset")
    assert user.processes() == []
    assert [path for path in memory if path.exists()] == []
    assert server.pid not in _owners_of_segments()
    assert not user.folder.exists()
    assert Instance.load(user.folder) is None


def _shared_memory(process: psutil.Process) -> list[Path]:
    """Returns the files of POSIX shared memory that a server's process uses. Only Linux shows them."""
    if sys.platform != "linux":
        return []
    return [Path(each.path) for each in process.memory_maps() if each.path.startswith("/dev/shm/PostgreSQL.")]


def _owners_of_segments() -> set[int]:
    """Returns the pids that made the System V segments. Only Linux shows them."""
    table = Path("/proc/sysvipc/shm")
    lines = table.read_text().splitlines() if table.exists() else []
    column = lines[0].split().index("cpid") if lines else 0
    return {int(line.split()[column]) for line in lines[1:]}
