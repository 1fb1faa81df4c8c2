"""Whether the running parts answer: a process that is alive and hangs looks well in a list of processes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException

import psycopg
import requests

from scripts.environment import localstack_health, postgres, runtime
from scripts.environment.instance import Instance
from scripts.environment.superuser import connect_superuser

SECONDS = 4.0


def unanswered(instance: Instance) -> dict[str, str]:
    """Returns the parts that run and don't answer, each with the reason, after `SECONDS` at most.

    In Docker the containers' own health checks ask the same questions, and a container that fails them does not
    count as running.
    """
    if instance.runtime == "docker":
        return {}
    questions = {"localstack": _localstack, "postgres": _postgres, "worker": _worker}
    idle = set(runtime.of(instance).idle(instance))
    running = [name for name in questions if name not in idle]
    with ThreadPoolExecutor(len(questions)) as pool:
        found = dict(zip(running, pool.map(lambda name: questions[name](instance), running), strict=True))
    return {name: reason for name, reason in found.items() if reason}


def _localstack(instance: Instance) -> str:
    try:
        missing = localstack_health.unanswered(instance.endpoint_url)
    except (OSError, HTTPException, ValueError) as error:
        return str(error)
    return f"no answer from {', '.join(missing)}" if missing else ""


def _postgres(instance: Instance) -> str:
    try:
        connect_superuser(instance.ports.postgres, postgres.superuser_password(instance)).close()
    except psycopg.OperationalError as error:
        return " ".join(str(error).split())
    return ""


def _worker(instance: Instance) -> str:
    try:
        requests.get(f"{instance.worker_url}/health", timeout=SECONDS).raise_for_status()
    except requests.RequestException as error:
        return type(error).__name__
    return ""
