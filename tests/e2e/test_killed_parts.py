"""Parts of the environment hang or are killed, amid a run too: what `make status` says, and what mends it."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psutil
import pytest

from scripts.base.processes import Daemon
from scripts.base.waiting import NotReady, wait_for
from scripts.environment import localstack, postgres, worker
from scripts.environment.instance import Instance
from tests.kit.make import watched_make
from tests.kit.user import User, rows

pytestmark = pytest.mark.e2e


def test_status_sees_a_part_that_hangs_and_a_part_that_is_gone(user: User) -> None:
    instance = Instance.load(user.folder)
    assert instance is not None
    if instance.runtime != "embedded":
        pytest.skip("tests/compose kills containers")
    process = worker.daemon(instance).process()
    assert process is not None
    process.suspend()
    for state, remedy in (("no answer", "make local-down"), ("not running", "make local-up")):
        done = user.try_make("-s", "status", "JSON=1")
        assert done.stderr.rstrip().endswith("Error 3") and remedy in done.stderr
        assert json.loads(done.stdout)["parts"] == {"localstack": "running", "postgres": "running", "worker": state}
        with suppress(psutil.NoSuchProcess):
            process.kill()
            process.wait()
    user.make("local-up")


def test_environment_is_built_again_after_its_parts_were_killed_amid_a_run(user: User) -> None:
    """The run must not write into the new LocalStack: Terraform could not make what the run has made."""
    code, said = kill_amid_a_run(user, localstack.daemon, postgres.daemon)
    assert code != 0, said
    user.make("local-up")
    assert rows(user, "nome_aluno") == "[('João',)]"
    assert "nothing changed" in user.make("local-up")


def test_run_whose_worker_was_killed_fails_and_the_next_one_succeeds(user: User) -> None:
    code, said = kill_amid_a_run(user, worker.daemon)
    assert code != 0 and "FAILED" in said
    assert "nothing changed" not in user.make("local-up")
    assert "SUCCEEDED" in user.make("run")


def kill_amid_a_run(user: User, *daemons: Callable[[Instance], Daemon]) -> tuple[int, str]:
    """Kills parts of the environment once a run's JVM lives. Returns exit code and output of `make run`."""
    instance = Instance.load(user.folder)
    assert instance is not None
    agent = worker.daemon(instance).process()
    assert agent is not None

    def jvm() -> None:
        if not any(each.name() == "java" for each in agent.children(recursive=True)):
            raise NotReady("no JVM yet")

    with ThreadPoolExecutor() as pool:
        ended = pool.submit(watched_make, "run", environment=user.environment(), on_line=lambda line, group: None)
        wait_for("the run's JVM", jvm, seconds=60, remedy="see the worker's log")
        for daemon in daemons:
            process = daemon(instance).process()
            assert process is not None
            process.kill()
        return ended.result()
