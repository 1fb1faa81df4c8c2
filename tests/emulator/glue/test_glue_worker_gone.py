"""A run whose worker agent misbehaves fails and says why. It neither hangs nor succeeds.

The real agent does none of these things on demand, so an HTTP server stands in for it.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from scripts.base.waiting import NotReady, wait_for
from scripts.environment import localstack
from scripts.environment.instance import Instance, Ports
from tests.kit.glue import GlueKit
from tests.kit.glue_network import create_network

pytestmark = pytest.mark.emulator
# How long the plugin waits for an answer that takes the agent no work (glue_aurora/glue/worker_client.py).
ANSWER_SECONDS = 10
ANY_PATH = re.compile("/.*")
Answer = tuple[int, Any]


class FakeWorker:
    """Looks up status and body in `answers` by the method (or `POST stop`), and keeps the requests."""

    def __init__(self, server: HTTPServer) -> None:
        self.port = server.port
        self.answers: dict[str, Answer | Callable[[], Answer]] = {}
        self.requests: list[tuple[str, str, Any]] = []
        server.expect_request(ANY_PATH).respond_with_handler(self._respond)

    def seen(self, method: str, path: str) -> bool:
        return (method, path) in [(request[0], request[1]) for request in self.requests]

    def _respond(self, request: Request) -> Response:
        body = request.get_json() if request.content_length else None
        self.requests.append((request.method, request.path, body))
        key = f"{request.method} stop" if request.path.endswith("/stop") else request.method
        prepared = self.answers.get(key, (404, {"error": "unknown"}))
        status, answer = prepared() if callable(prepared) else prepared
        return Response(answer if isinstance(answer, bytes) else json.dumps(answer), status)


def told(state: str, version: int = 1, **more: Any) -> dict[str, Any]:
    return {"run_id": "jr", "version": version, "state": state, **more}


@contextmanager
def serving() -> Iterator[FakeWorker]:
    with HTTPServer("127.0.0.1", threaded=True) as server:
        yield FakeWorker(server)


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Instance, FakeWorker]]:
    """Starts LocalStack alone, with the fake agent."""
    with serving() as worker:
        folder = tmp_path_factory.mktemp("glue") / "instance"
        ports = Ports.free()
        made = Instance.open(folder, Ports(ports.localstack, ports.postgres, worker.port))
        try:
            localstack.start(made)
            yield made, worker
        finally:
            localstack.daemon(made).stop()


@pytest.fixture
def worker(instance: tuple[Instance, FakeWorker]) -> FakeWorker:
    fake = instance[1]
    fake.answers = {"POST": (201, told("STARTING")), "DELETE": (204, b""), "POST stop": (202, {})}
    fake.requests = []
    return fake


@pytest.fixture(scope="module")
def kit(instance: tuple[Instance, FakeWorker]) -> GlueKit:
    return GlueKit(instance[0].client)


def test_run_that_the_agent_forgot_fails(kit: GlueKit, worker: FakeWorker) -> None:
    run = kit.finish(kit.create_job())
    assert run["JobRunState"] == "FAILED"
    assert "does not know this run" in run["ErrorMessage"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((500, {"error": "disk full"}), "answered 500: disk full"),
        ((401, {"error": "bad token"}), "answered 401: bad token"),
        ((400, {"error": "script_location is wrong"}), "answered 400: script_location is wrong"),
        ((201, b"<html>"), "answer is not a run"),
        ((201, {"state": "RUNNING"}), "answer is not a run"),
    ],
)
def test_refused_submission_fails_the_run(
    kit: GlueKit, worker: FakeWorker, answer: tuple[int, Any], reason: str
) -> None:
    worker.answers["POST"] = answer
    run = kit.finish(kit.create_job())
    assert run["JobRunState"] == "FAILED"
    assert reason in run["ErrorMessage"]
    assert "CompletedOn" in run


def test_agent_that_fails_while_the_job_runs_fails_the_run_and_is_asked_to_forget_it(
    kit: GlueKit, worker: FakeWorker
) -> None:
    worker.answers["POST"] = (201, told("RUNNING"))
    worker.answers["GET"] = (500, {"error": "broken"})
    run = kit.finish(kit.create_job())
    assert run["JobRunState"] == "FAILED"
    assert "answered 500: broken" in run["ErrorMessage"]
    wait_for_request(worker, "DELETE", f"/runs/{run['Id']}")


def test_one_failed_poll_is_forgiven(kit: GlueKit, worker: FakeWorker) -> None:
    worker.answers["GET"] = (500, {"error": "broken"})
    job = kit.create_job()
    run_id = kit.start(job)
    wait_for_request(worker, "GET", f"/runs/{run_id}")
    ended = {"started_at": "2026-01-01T10:00:00Z", "ended_at": "2026-01-01T10:00:41.6+00:00"}
    worker.answers["GET"] = (200, told("SUCCEEDED", 3, **ended))
    run = kit.wait(job, run_id)
    assert (run["JobRunState"], run["ExecutionTime"]) == ("SUCCEEDED", 42)


def test_state_that_nobody_knows_does_not_succeed(kit: GlueKit, worker: FakeWorker) -> None:
    worker.answers["GET"] = (200, told("DREAMING", 2))
    job = kit.create_job()
    run_id = kit.start(job)
    wait_for_request(worker, "GET", f"/runs/{run_id}")
    run = kit.wait(job, run_id)
    assert run["JobRunState"] == "FAILED"
    assert "DREAMING" in run["ErrorMessage"]


def test_agent_gets_what_the_interface_says(kit: GlueKit, worker: FakeWorker) -> None:
    job = kit.create_job(DefaultArguments={"--a": "1"}, Timeout=7)
    run_id = kit.start(job)
    wait_for_request(worker, "DELETE", f"/runs/{run_id}")
    body = next(request[2] for request in worker.requests if request[:2] == ("POST", "/runs"))
    credentials = body.pop("credentials")
    assert credentials.keys() == {"access_key_id", "secret_access_key", "session_token"}
    job_id = body["arguments"].pop("--JOB_ID")
    assert job_id.startswith("j_")
    assert body == {
        "run_id": run_id,
        "job_name": job,
        "script_location": kit.glue.get_job(JobName=job)["Job"]["Command"]["ScriptLocation"],
        "arguments": {"--a": "1", "--JOB_NAME": job, "--JOB_RUN_ID": run_id},
        "region": "us-east-1",
        "timeout_seconds": 420,
        "log_groups": {"output": "/aws-glue/jobs/output", "error": "/aws-glue/jobs/error"},
        "log_stream": run_id,
        "internet": True,
        "glue_version": "5.1",
        "notes": [],
    }


@pytest.mark.parametrize(("way_out", "internet"), [("endpoint", False), ("nat", True)])
def test_agent_is_told_whether_the_subnet_reaches_the_internet(
    kit: GlueKit, worker: FakeWorker, way_out: str, internet: bool
) -> None:
    network = create_network(kit)
    network.open_all_tcp()
    if way_out == "endpoint":
        network.add_s3_endpoint(network.main_table())
    else:
        network.route_to_nat(network.main_table())
    network.run(network.connection())
    (body,) = [request[2] for request in worker.requests if request[:2] == ("POST", "/runs")]
    assert body["internet"] is internet


def test_an_agent_that_needs_long_to_kill_a_run_is_waited_for(
    kit: GlueKit, worker: FakeWorker, instance: tuple[Instance, FakeWorker]
) -> None:
    answered = threading.Event()

    def slowly() -> Answer:
        # This is longer than any other answer may take.
        threading.Event().wait(ANSWER_SECONDS + 2)
        answered.set()
        return 204, b""

    worker.answers |= {"POST": (201, told("SUCCEEDED", 3)), "DELETE": slowly}
    run = kit.finish(kit.create_job())
    assert run["JobRunState"] == "SUCCEEDED"
    assert answered.wait(60)
    assert run["Id"] not in localstack.daemon(instance[0]).log.read_text()


def test_localstack_that_stops_kills_the_runs(tmp_path: Any) -> None:
    with serving() as worker:
        worker.answers = {"POST": (201, told("RUNNING")), "GET": (200, told("RUNNING")), "DELETE": (204, b"")}
        ports = Ports.free()
        made = Instance.open(tmp_path / "instance", Ports(ports.localstack, ports.postgres, worker.port))
        try:
            localstack.start(made)
            kit = GlueKit(made.client)
            job = kit.create_job()
            run_id = kit.start(job)
            kit.wait(job, run_id, {"RUNNING"})
        finally:
            localstack.daemon(made).stop()
        assert worker.seen("DELETE", f"/runs/{run_id}")


def test_agent_that_is_not_there_fails_the_run(tmp_path: Any) -> None:
    made = Instance.open(tmp_path / "instance", Ports.free())
    try:
        localstack.start(made)
        kit = GlueKit(made.client)
        run = kit.finish(kit.create_job())
    finally:
        localstack.daemon(made).stop()
    assert run["JobRunState"] == "FAILED"
    assert "worker agent does not answer (ConnectionError)" in run["ErrorMessage"]


def wait_for_request(worker: FakeWorker, method: str, path: str) -> None:
    def seen() -> None:
        if not worker.seen(method, path):
            raise NotReady("not seen")

    wait_for(f"{method} of the run", seen, seconds=60, remedy="see LocalStack's log")
