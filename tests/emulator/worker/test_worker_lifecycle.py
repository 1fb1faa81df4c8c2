"""No process outlives the run or the agent that started it."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psutil
import pytest

from tests.kit.worker import Agent, Cloud, Phone, dead, gone, terminate

pytestmark = pytest.mark.emulator

# This script starts a process that leaves its session and parent, as a daemon does, and then waits for ever.
ENDLESS = """
daemon = "import os, sys, signal\\nif os.fork(): sys.exit()\\nos.setsid()\\nprint(os.getpid(), flush=True)\\n"
daemon += "signal.pause()"
done = subprocess.Popen([sys.executable, "-c", daemon], stdout=subprocess.PIPE, text=True)
orphan = int(done.stdout.readline())
done.wait()
phone = call(os.getpid(), os.getppid(), orphan)
phone.recv(1)
"""


@contextmanager
def polled(agent: Agent, run_id: str) -> Iterator[None]:
    """Polls the run during the block, so that a short lease does not end the run while it starts."""
    done = threading.Event()

    def poll() -> None:
        while not done.is_set():
            agent.request("GET", f"/runs/{run_id}?after=9&wait_seconds=0.5")

    poller = threading.Thread(target=poll)
    poller.start()
    try:
        yield
    finally:
        done.set()
        poller.join()


@pytest.fixture
def endless(cloud: Cloud, phone: Phone) -> Callable[..., tuple[str, Any, list[int]]]:
    """Returns a function that starts an endless run on an agent. It returns the run's id, connection and pids."""

    def start(agent: Agent, **changes: Any) -> tuple[str, Any, list[int]]:
        body = cloud.body(phone.prelude + ENDLESS, **changes)
        agent.start(body)
        with polled(agent, body["run_id"]):
            connection, pids = phone.answer()
        assert len(pids) == 3
        return body["run_id"], connection, pids

    return start


def test_stop_kills_the_whole_tree(agent: Agent, endless: Any) -> None:
    run_id, connection, pids = endless(agent)
    assert agent.request("POST", f"/runs/{run_id}/stop").status_code == 202
    done = agent.wait(run_id)
    assert (done["state"], done["error_message"]) == ("STOPPED", None)
    assert dead(connection) and gone(pids)
    assert agent.request("POST", f"/runs/{run_id}/stop").status_code == 202
    assert agent.wait(run_id)["state"] == "STOPPED"


def test_timeout_ends_the_run_and_leaves_no_process(start_agent: Callable[..., Agent], cloud: Cloud) -> None:
    agent = start_agent()
    body = cloud.body("import signal\nsignal.pause()", timeout_seconds=3)
    agent.start(body)
    done = agent.wait(body["run_id"])
    assert (done["state"], done["error_message"]) == ("TIMEOUT", None)
    folders = {process.info["cwd"] for process in psutil.process_iter(["cwd"])}
    assert not [folder for folder in folders if folder and folder.startswith(str(agent.home))]


def test_a_run_can_be_stopped_before_its_script_begins(agent: Agent, cloud: Cloud) -> None:
    body = cloud.body("raise AssertionError")
    agent.start(body)
    assert agent.request("POST", f"/runs/{body['run_id']}/stop").status_code == 202
    assert agent.wait(body["run_id"])["state"] == "STOPPED"


def test_runs_do_not_wait_for_each_other(agent: Agent, cloud: Cloud, phone: Phone) -> None:
    bodies = [cloud.body(phone.prelude + "call().recv(1)") for _ in range(2)]
    for body in bodies:
        agent.start(body)
    for connection in [phone.answer()[0] for _ in bodies]:
        connection.sendall(b".")
    assert [agent.wait(body["run_id"])["state"] for body in bodies] == ["SUCCEEDED", "SUCCEEDED"]


def test_delete_kills_and_removes_the_folder(start_agent: Callable[..., Agent], endless: Any) -> None:
    agent = start_agent()
    run_id, connection, pids = endless(agent)
    assert len(list(agent.home.glob("glue-job-*"))) == 1
    assert agent.request("DELETE", f"/runs/{run_id}").status_code == 204
    assert dead(connection) and gone(pids)
    assert list(agent.home.glob("glue-job-*")) == []
    assert agent.request("GET", f"/runs/{run_id}").status_code == 404
    assert agent.request("DELETE", f"/runs/{run_id}").status_code == 404


def test_runs_of_an_emulator_that_ended_are_gone_when_the_next_one_asks(
    start_agent: Callable[..., Agent], endless: Any, cloud: Cloud
) -> None:
    """Not a word of their end may reach the next emulator: Terraform could not make the log groups."""
    agent = start_agent()
    runs = [endless(agent) for _ in range(2)]
    assert agent.request("DELETE", "/runs").status_code == 204
    for run_id, connection, pids in runs:
        assert dead(connection) and gone(pids)
        assert agent.request("GET", f"/runs/{run_id}").status_code == 404
    assert list(agent.home.glob("glue-job-*")) == []
    for run_id, _, _ in runs:
        with suppress(cloud.client("logs").exceptions.ResourceNotFoundException):
            assert not [line for line in cloud.log(run_id, "error") if "the emulator that started the run" in line]
    assert agent.request("DELETE", "/runs").status_code == 204


def test_run_whose_guard_is_killed_fails_and_leaves_no_process(start_agent: Callable[..., Agent], endless: Any) -> None:
    agent = start_agent()
    other, kept, _ = endless(agent, timeout_seconds=600)
    run_id, connection, pids = endless(agent)
    guard = psutil.Process(pids[1]).parent()
    assert guard is not None and any(part.endswith("guard.py") for part in guard.cmdline())
    guard.kill()
    with polled(agent, other):
        assert agent.wait(run_id)["state"] == "FAILED"
        assert dead(connection)
        if sys.platform == "linux":  # elsewhere nothing adopts a process that left its session and parent
            assert gone(pids)
        assert agent.request("GET", f"/runs/{other}").json()["state"] == "RUNNING"
    kept.close()


def test_delete_does_not_answer_success_while_the_run_is_alive(agent: Agent, endless: Any) -> None:
    run_id, connection, pids = endless(agent)
    answer = agent.request("DELETE", f"/runs/{run_id}?wait_seconds=0")
    assert answer.status_code == 409
    assert run_id in answer.json()["error"]
    assert agent.wait(run_id)["state"] == "STOPPED"
    assert dead(connection) and gone(pids)
    assert agent.request("DELETE", f"/runs/{run_id}").status_code == 204


def test_a_run_that_nobody_polls_ends(start_agent: Callable[..., Agent], endless: Any) -> None:
    agent = start_agent(GLUE_WORKER_LEASE_SECONDS="3")
    run_id, connection, pids = endless(agent)
    assert dead(connection) and gone(pids)
    done = agent.wait(run_id)
    assert done["state"] == "FAILED"
    assert "no client asked for the run's state for 3 s" in done["error_message"]


def test_a_poll_that_waits_keeps_the_run_alive(start_agent: Callable[..., Agent], endless: Any) -> None:
    agent = start_agent(GLUE_WORKER_LEASE_SECONDS="3")
    run_id, connection, _ = endless(agent)
    state = agent.request("GET", f"/runs/{run_id}?after=9&wait_seconds=6").json()["state"]
    assert state == "RUNNING"
    connection.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_agent_that_is_ended_takes_its_runs_with_it(
    start_agent: Callable[..., Agent], endless: Any, number: signal.Signals
) -> None:
    agent = start_agent()
    _, connection, pids = endless(agent)
    assert agent.process is not None
    assert terminate(agent.process, number) == 0
    assert dead(connection) and gone(pids)
    assert list(agent.home.glob("glue-job-*")) == []


def test_killed_agent_leaves_no_run_and_the_next_one_cleans_up(start_agent: Callable[..., Agent], endless: Any) -> None:
    agent = start_agent()
    _, connection, pids = endless(agent)
    assert agent.process is not None
    terminate(agent.process, signal.SIGKILL)
    assert dead(connection) and gone(pids)
    assert len(list(agent.home.glob("glue-job-*"))) == 1
    start_agent(GLUE_WORKER_HOME=str(agent.home))
    assert list(agent.home.glob("glue-job-*")) == []


def test_what_a_finished_script_left_in_the_background_is_killed(agent: Agent, cloud: Cloud, phone: Phone) -> None:
    left = "import signal; signal.pause()"
    script = phone.prelude + (
        f"child = subprocess.Popen([sys.executable, '-c', {left!r}], start_new_session=True,"
        " stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\ncall(child.pid)\n"
    )
    body = cloud.body(script)
    agent.start(body)
    _, pids = phone.answer()
    assert agent.wait(body["run_id"])["state"] == "SUCCEEDED"
    assert gone(pids)
