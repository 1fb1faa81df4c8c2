"""The agent makes the class archive by itself, stops making it when it ends, and survives a broken archive."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts.base.waiting import NotReady, wait_for
from scripts.environment import worker
from tests.kit.worker import Agent, Cloud, terminate

pytestmark = pytest.mark.emulator
PRINTS = "from pyspark.sql import SparkSession\nprint(SparkSession.builder.getOrCreate().range(5).count())\n"


def made(folder: Path) -> Path:
    def there() -> Path:
        found = list(folder.glob("spark-*.jsa"))
        if not found:
            raise NotReady("no archive")
        return found[0]

    return wait_for("the class archive", there, seconds=300, remedy="see the agent's log")


def finish(agent: Agent, cloud: Cloud, arguments: dict[str, str] | None = None) -> tuple[str, list[str]]:
    """Returns the state of a run on `agent` and its output."""
    body = cloud.body(PRINTS, arguments=arguments or {})
    agent.start(body)
    return agent.wait(body["run_id"])["state"], cloud.log(body["run_id"], "output")


def test_archive_is_made_once_and_a_broken_one_does_no_harm(
    environment: Any, start_agent: Callable[..., Agent], cloud: Cloud, tmp_path: Path
) -> None:
    """The environment's own agent makes it: that takes 20 s of a core. Another agent gets a copy."""
    archive = made(Path(worker.variables(environment.instance)["GLUE_WORKER_CLASS_ARCHIVES"]))
    assert archive.stat().st_size > 10_000_000
    folder = tmp_path / "archives"
    folder.mkdir()
    archive = Path(shutil.copy2(archive, folder))
    agent = start_agent(GLUE_WORKER_CLASS_ARCHIVES=str(folder))
    assert finish(agent, cloud) == ("SUCCEEDED", ["5"])
    own_collector = {"--conf": "spark.driver.extraJavaOptions=-XX:+UseSerialGC"}  # The JVM takes one only.
    assert finish(agent, cloud, own_collector) == ("SUCCEEDED", ["5"])
    assert list(folder.glob("spark-*.jsa")) == [archive]  # not made again
    archive.chmod(0o600)
    archive.write_bytes(b"no archive")
    assert finish(agent, cloud) == ("SUCCEEDED", ["5"])


def test_agent_that_ends_leaves_the_archive_to_the_next(start_agent: Callable[..., Agent], tmp_path: Path) -> None:
    folder = tmp_path / "archives"
    places: set[Path] = set()

    def begun() -> None:
        begun_now = {path.parent for path in folder.glob("making-*/*.log")} - places
        if not begun_now:
            raise NotReady("not begun")
        places.update(begun_now)

    agents = [start_agent(GLUE_WORKER_CLASS_ARCHIVES=str(folder))]
    wait_for("the making of the class archive", begun, seconds=60, remedy="see the agent's log")
    agents.append(start_agent(GLUE_WORKER_CLASS_ARCHIVES=str(folder)))
    for number, agent in enumerate(agents):
        assert agent.process is not None
        assert terminate(agent.process, signal.SIGTERM) == 0
        if number == 0:
            wait_for("the making by the other agent", begun, seconds=60, remedy="see the agent's log")
    assert [path.name for path in folder.iterdir() if path.name != ".lock"] == []
