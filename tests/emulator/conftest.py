"""Starts one environment for the whole layer: a real LocalStack with the plugin, PostgreSQL and worker."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from scripts.base.paths import LOCAL
from scripts.environment import lifecycle as environments
from scripts.environment.database import connect_as_superuser
from scripts.environment.instance import Instance, Ports

# A minute of a job's Timeout lasts 2 s, a call of the RDS Data API 5 s at most.
SHORTER_TIMES = {"EMULATOR_GLUE_SECONDS_PER_MINUTE": "2", "EMULATOR_RDS_DATA_TIMEOUT_SECONDS": "5"}
# Runs are told what they are told in Docker.
WITHOUT_INTERNET = {"EMULATOR_RUNS_INTERNET": "none"}


@dataclass(frozen=True)
class Environment:
    """The running environment as a test uses it."""

    instance: Instance

    @property
    def endpoint_url(self) -> str:
        return self.instance.endpoint_url

    @property
    def worker_url(self) -> str:
        return self.instance.worker_url

    @property
    def worker_token(self) -> str:
        return self.instance.secret_file("worker_token").read_text()

    def client(self, service: str) -> Any:
        """Returns a boto3 client of the running LocalStack."""
        return self.instance.client(service)

    def admin(self, database: str = "postgres") -> Any:
        """Returns a psycopg connection as PostgreSQL's superuser."""
        return connect_as_superuser(self.instance, database)


@pytest.fixture(scope="session")
def environment() -> Iterator[Environment]:
    """Starts the environment once a session, with shorter times, and removes it at the end."""
    instance = Instance.open(LOCAL / f"test-emulator-{os.getpid()}", Ports.free())
    with environments.running(instance, localstack_env=SHORTER_TIMES | WITHOUT_INTERNET):
        yield Environment(instance)
