"""SIGKILL of each part in each state of a run. `make local-up` and `make run` are green afterwards.

FAULTS=n is the number of pairs. Without it they are skipped: tests/e2e/test_killed_parts.py kills parts in `make test`.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from glue_scripts.table import NAME as TABLE
from scripts.base.paths import LOCAL, TOP
from scripts.base.waiting import NotReady, wait_for
from scripts.case.job import ENDED
from scripts.environment.instance import Instance, Ports
from scripts.terraform.root import Terraform
from tests.faults.conftest import DISCIPLINAS, write
from tests.kit import warm
from tests.kit.expected import EVERY_ROW, expected, key_of, value
from tests.kit.faults.live import PARTS, Live
from tests.kit.faults.phases import HOLD_MERGE, PHASES, Watch
from tests.kit.user import User

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not os.environ.get("FAULTS"), reason="minutes each: `make test-faults`, or FAULTS=n"),
]
NO_RUN = "no run"
# The states that a user knows, each by the phase that shows it.
STATES = {
    NO_RUN: "",
    "starting": "starting",
    "reading": "connected",
    "writing Parquet": "parquet begun",
    "staging": "staged",
    "merging": "merging",
}


def drawn() -> list[tuple[str, str]]:
    pairs = [(part, state) for part, lives in PARTS.items() for state in STATES if lives or state != NO_RUN]
    random.Random(int(os.environ.get("FAULTS_SEED", "20261128"))).shuffle(pairs)  # noqa: S311
    return pairs[: int(os.environ.get("FAULTS") or "1")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("recovery") / "data", seed=3, disciplinas=DISCIPLINAS)


@pytest.fixture(scope="module")
def live() -> Iterator[Live]:
    user = User(LOCAL / f"test-recovery-{os.getpid()}", Ports.free())
    try:
        user.make("local-up")
        instance = Instance.load(user.folder)
        assert instance is not None
        yield Live(user, instance, Terraform(instance).outputs())
    finally:
        user.try_make("reset")
        assert user.processes() == []


@pytest.mark.parametrize(("part", "state"), drawn())
def test_green_again(live: Live, folder: Path, part: str, state: str) -> None:
    if live.user.try_make("status").returncode != 0:  # A pair that failed leaves parts down.
        live.user.make("local-up")
    if state == NO_RUN:
        kill(live.victims(part))
    else:
        strike(live, folder, part, STATES[state])
    live.user.make("local-up")
    if part == "make run":  # the run itself lives, and the job has one run at a time, as on AWS
        wait_for("the end of the run", lambda: idle(live), seconds=240, remedy="see the worker's log")
    with live.superuser() as connection:
        connection.execute("DROP FUNCTION IF EXISTS hold CASCADE")
    said = live.user.make("run", f"DATA={folder}")
    assert "SUCCEEDED" in said
    with live.superuser() as connection:
        rows = connection.execute(EVERY_ROW).fetchall()
    assert set(expected(folder).rows) <= set(rows)
    left = [process for process in live.processes() if warm.of_a_run(process)]
    assert left == [], "a run's processes are alive"


def strike(live: Live, folder: Path, part: str, phase: str) -> None:
    """Kills the part when a run of `make run` is in the phase. Returns when `make run` has ended by itself."""
    before = {run["Id"] for run in live.runs()}
    row = expected(folder).rows[-1]
    changed: Any = (*key_of(row), value(row, "nota"))
    said = ""
    with (
        suppress(psycopg.OperationalError),  # of a killed server
        live.superuser() as holder,
        holder.transaction(),
        live.superuser() as watching,
    ):
        if phase == "merging":
            watching.execute(f"DELETE FROM {TABLE}")
            watching.execute(f"{HOLD_MERGE}{changed[0]})")
            holder.execute("SELECT pg_advisory_xact_lock(1)")
        with subprocess.Popen(
            ["make", "run", f"DATA={folder}"],
            cwd=TOP,
            env=live.user.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        ) as command:
            reach(live, before, watching, changed, phase)
            if part == "make run":
                os.killpg(command.pid, signal.SIGKILL)
            else:
                wait_for(part, lambda: present(live, part), seconds=60, remedy="see the worker's log")
                kill(live.victims(part))
            if phase == "merging":
                with suppress(psycopg.Error):
                    holder.execute("SELECT pg_advisory_unlock_all()")
                    holder.rollback()
            said, _ = command.communicate(timeout=300)
    # The run's own log may have one: its script sees the killed part go.
    assert said
    assert f'File "{TOP / "scripts"}' not in said, said


def present(live: Live, part: str) -> None:
    if not live.victims(part):
        raise NotReady(f"{part} does not live yet")


def reach(live: Live, before: set[str], database: psycopg.Connection[Any], changed: Any, phase: str) -> None:
    """Returns when a run that is not in `before` is in the phase, or has ended."""
    for attempt in Retrying(stop=stop_after_delay(180), wait=wait_fixed(0.02), retry=retry_if_exception_type(NotReady)):
        with attempt:
            new = [run for run in live.runs() if run["Id"] not in before]
            if not new:
                raise NotReady("no run yet")
            if new[0]["JobRunState"] in ENDED:
                pytest.skip(f"nothing to strike: {phase} was over")
            if not PHASES[phase](Watch(live, database, new[0]["Id"], changed)):
                raise NotReady(phase)


def kill(victims: list[psutil.Process]) -> None:
    assert victims
    for process in victims:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(victims, timeout=30)


def idle(live: Live) -> None:
    if not live.is_idle():
        raise NotReady("a run is under way")
