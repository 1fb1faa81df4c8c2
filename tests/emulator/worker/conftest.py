"""Starts worker agents with real Spark. S3 and CloudWatch Logs are those of the running LocalStack."""

from __future__ import annotations

import socket
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from scripts.environment import worker
from tests.kit.glue import GlueKit
from tests.kit.worker import BUCKET, SECONDS, Agent, Cloud, Phone


@pytest.fixture
def phone() -> Iterator[Phone]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(SECONDS)
        yield Phone(listener)


@pytest.fixture(scope="session")
def cloud(environment: Any) -> Cloud:
    environment.client("s3").create_bucket(Bucket=BUCKET)
    arn = GlueKit(environment.client).role
    role = environment.client("sts").assume_role(RoleArn=arn, RoleSessionName="worker-tests")["Credentials"]
    credentials = {
        "access_key_id": role["AccessKeyId"],
        "secret_access_key": role["SecretAccessKey"],
        "session_token": role["SessionToken"],
    }
    return Cloud(environment.client, credentials, environment.endpoint_url, arn.rpartition("/")[2])


@pytest.fixture(scope="session")
def agent(environment: Any) -> Agent:
    """Returns a client of the environment's own agent."""
    return Agent(environment.worker_url, environment.worker_token, environment.instance.folder / "worker")


@pytest.fixture
def start_agent(environment: Any, tmp_path: Path) -> Iterator[Callable[..., Agent]]:
    """Returns a function that starts another agent with changes to its environment. The fixture ends the agents."""
    with agents(environment, tmp_path) as start:
        yield start


@contextmanager
def agents(environment: Any, folder: Path) -> Iterator[Callable[..., Agent]]:
    """Gives a function that starts agents with homes in `folder`, and ends them afterwards."""
    with ExitStack() as stack:

        def start(**changes: str) -> Agent:
            home = folder / f"home-{uuid.uuid4().hex}"
            variables = worker.variables(environment.instance) | {
                "GLUE_WORKER_LISTEN": "127.0.0.1:0",
                "GLUE_WORKER_HOME": str(home),
                "GLUE_WORKER_WARM": "0",
                **changes,
            }
            python = variables["PYSPARK_PYTHON"]
            process = stack.enter_context(
                subprocess.Popen([python, "-m", "glue_worker"], env=variables, stdout=subprocess.PIPE, text=True)
            )
            stack.callback(process.kill)
            assert process.stdout is not None
            ready = process.stdout.readline().split()
            assert ready[:2] == ["glue_worker", "ready"], ready
            return Agent(ready[2], environment.worker_token, home, process)

        yield start


@pytest.fixture
def run(agent: Agent, cloud: Cloud) -> Callable[..., dict[str, Any]]:
    """Returns a function that runs a script to its end. It returns the run's fields and the messages of both groups."""

    def run_script(script: str, arguments: dict[str, str] | None = None, **changes: Any) -> dict[str, Any]:
        body = cloud.body(script, arguments, **changes)
        agent.start(body)
        result = agent.wait(body["run_id"])
        logs = {group: cloud.log(body["run_id"], group) for group in ("output", "error")}
        assert agent.request("DELETE", f"/runs/{body['run_id']}").status_code == 204
        return result | logs

    return run_script
