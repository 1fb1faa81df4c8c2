"""Clients of the worker agent and of AWS for the worker's tests, and a connection to a running script."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import textwrap
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import requests

from scripts.base.isolation import REGION
from scripts.case.job import ENDED

BUCKET = "worker-tests"
SECONDS = 120


@dataclass
class Agent:
    """HTTP client of one agent. `process` is set for an agent that a test started."""

    url: str
    token: str
    home: Path
    process: subprocess.Popen[str] | None = None

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        options.setdefault("headers", {"Authorization": f"Bearer {self.token}"})
        return requests.request(method, self.url + path, timeout=SECONDS, **options)

    def start(self, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.request("POST", "/runs", json=body)
        assert answer.status_code == 201, answer.text
        run: dict[str, Any] = answer.json()
        return run

    def wait(self, run_id: str, states: Collection[str] = ENDED) -> dict[str, Any]:
        """Polls as the plugin does and returns the run once it is in one of `states`."""
        after = 0
        while True:
            run: dict[str, Any] = self.request("GET", f"/runs/{run_id}?after={after}&wait_seconds=20").json()
            if run["state"] in states:
                return run
            assert run["state"] not in ENDED, run
            after = run["version"]


@dataclass
class Cloud:
    """The AWS side of a run: objects, logs and requests."""

    client: Callable[[str], Any]
    credentials: dict[str, str]
    endpoint_url: str
    role: str

    def put(self, key: str, content: str | bytes | Path) -> str:
        """Uploads an object and returns its URL."""
        body = content.read_bytes() if isinstance(content, Path) else content
        self.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)
        return f"s3://{BUCKET}/{key}"

    def body(self, script: str, arguments: dict[str, str] | None = None, **changes: Any) -> dict[str, Any]:
        """Uploads `script` and returns the body of `POST /runs` for it."""
        run_id = f"jr_{uuid.uuid4().hex}"
        location = self.put(f"scripts/{run_id}/job.py", textwrap.dedent(script))
        return {
            "run_id": run_id,
            "job_name": "job",
            "script_location": location,
            "arguments": {"--JOB_NAME": "job", "--JOB_RUN_ID": run_id, **(arguments or {})},
            "credentials": self.credentials,
            "region": REGION,
            "timeout_seconds": SECONDS,
            "log_groups": {"output": "/tests/worker/output", "error": "/tests/worker/error"},
            "log_stream": run_id,
            "internet": False,
        } | changes

    def log(self, run_id: str, group: str) -> list[str]:
        """Returns every message of the run's stream, the oldest first."""
        names = {"logGroupName": f"/tests/worker/{group}", "logStreamName": run_id, "startFromHead": True}
        messages: list[str] = []
        token: dict[str, str] = {}
        while True:
            page = self.client("logs").get_log_events(**names, **token)
            messages += [event["message"] for event in page["events"]]
            if page["nextForwardToken"] == token.get("nextToken"):
                return messages
            token = {"nextToken": page["nextForwardToken"]}


@dataclass
class Phone:
    """A connection from a running script to its test. The script calls and the test answers; it closes with the script.

    In the script: `phone = call(PID, …)` sends pids and returns the connection; `phone.recv(1)` waits for the
    answer.
    """

    listener: socket.socket

    @property
    def prelude(self) -> str:
        """Returns the source that defines `call` in a script."""
        return textwrap.dedent(f"""
            import json, os, socket, subprocess, sys
            def call(*pids):
                phone = socket.create_connection(("127.0.0.1", {self.listener.getsockname()[1]}))
                phone.sendall(json.dumps(pids).encode() + b"\\n")
                return phone
        """)

    def answer(self) -> tuple[socket.socket, list[int]]:
        """Waits for a call, and returns the connection and the pids that the script sent."""
        connection, _ = self.listener.accept()
        connection.settimeout(SECONDS)
        with connection.makefile() as lines:
            return connection, json.loads(lines.readline())


def dead(connection: socket.socket) -> bool:
    """Waits until every process that had the other end is gone. Returns False when the script answers instead."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def gone(pids: list[int]) -> bool:
    """Returns True when none of the processes is alive. A zombie counts as dead."""
    processes = [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]
    _, alive = psutil.wait_procs(processes, timeout=SECONDS)
    return not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def terminate(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> int:
    os.kill(process.pid, number)
    return process.wait(SECONDS)
