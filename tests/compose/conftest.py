"""The environment in Docker for the whole layer; without a Docker that answers, the layer is skipped and says why."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from scripts import docker
from scripts import environment as environments
from scripts.aws import client
from scripts.database import connect_as_superuser
from scripts.instance import Instance, Ports
from scripts.paths import LOCAL
from tests.emulator.glue_kit import GlueKit


@dataclass(frozen=True)
class Containers:
    """The running project, and what a test asks of it."""

    instance: Instance

    def client(self, service: str) -> Any:
        return client(self.instance, service)

    def superuser(self) -> psycopg.Connection:
        return connect_as_superuser(self.instance)

    def id(self, service: str) -> str:
        """Id of the service's container, running or not."""
        found = docker.query("ps", "--all", "--quiet", "--filter", f"label=com.docker.compose.project={self.project}",
                             "--filter", f"label=com.docker.compose.service={service}")  # fmt: skip
        assert found
        return found

    def kill(self, service: str) -> None:
        """SIGKILL, as the kernel does when memory is short."""
        assert docker.query("kill", self.id(service)) is not None

    def start(self) -> None:
        """Starts what isn't running, as `make local-up` does."""
        environments.start(self.instance)

    def inside(self, service: str, *command: str) -> str:
        """Output of a command in the service's container."""
        found = docker.query("exec", self.id(service), *command)
        assert found is not None, f"{command} failed in {service}"
        return found

    @property
    def project(self) -> str:
        return docker.project(self.instance.folder)


@pytest.fixture(scope="session")
def answering_docker() -> None:
    if reason := docker.missing():
        if os.environ.get("COMPOSE_REQUIRED"):
            pytest.fail(f"COMPOSE_REQUIRED is set, but {reason}")
        pytest.skip(reason)


@pytest.fixture(scope="session")
def containers(answering_docker: None) -> Iterator[Containers]:
    instance = environments.new(LOCAL / f"test-compose-{os.getpid()}", Ports.free(), "docker")
    with environments.running(instance):
        yield Containers(instance)


@pytest.fixture
def kit(containers: Containers) -> GlueKit:
    """Made for each test: LocalStack forgets all when it is killed."""
    containers.start()
    return GlueKit(containers.client)
