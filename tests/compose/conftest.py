"""The environment in Docker for the whole layer. The layer is skipped, with the reason, if Docker does not answer.

testcontainers starts it from the same compose file, without any command of this project, as a user's own pytest does.
It runs without its helper container (Ryuk), which needs another image and Docker's socket.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from testcontainers.compose import DockerCompose

from scripts.base.paths import LOCAL, TOP
from scripts.doctor import docker
from scripts.environment import lifecycle as environments
from scripts.environment.database import connect_as_superuser
from scripts.environment.instance import Instance, Ports
from tests.kit.glue import GlueKit

os.environ["TESTCONTAINERS_RYUK_DISABLED"] = "true"


@dataclass(frozen=True)
class Containers:
    """The running compose project, with what tests read from it."""

    instance: Instance

    def client(self, service: str) -> Any:
        return self.instance.client(service)

    def superuser(self) -> psycopg.Connection:
        return connect_as_superuser(self.instance)

    def id(self, service: str) -> str:
        """Returns the id of the service's container, which may have ended."""
        found = docker.query("ps", "--all", "--quiet", "--filter", f"label=com.docker.compose.project={self.project}",
                             "--filter", f"label=com.docker.compose.service={service}")  # fmt: skip
        assert found
        return found

    def kill(self, service: str) -> None:
        """Sends SIGKILL, as the kernel does when memory is short."""
        assert docker.query("kill", self.id(service)) is not None

    def start(self) -> None:
        """Starts the services that do not run, as `make local-up` does."""
        environments.start(self.instance)

    def inside(self, service: str, *command: str) -> str:
        """Returns the output of a command in the service's container."""
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
def compose_instance(answering_docker: None) -> Iterator[Instance]:
    """An instance with its own folder, ports and project. Nothing of it runs."""
    instance = environments.new(LOCAL / f"test-compose-{os.getpid()}", Ports.free(), "docker")
    yield instance
    environments.remove(instance)


@pytest.fixture(scope="session")
def compose(compose_instance: Instance) -> Iterator[DockerCompose]:
    """docker-compose.yml with every service healthy."""
    settings = compose_instance.folder / "compose.env"
    settings.write_text(
        f"COMPOSE_PROJECT_NAME={docker.project(compose_instance.folder)}\n"
        f"LOCALSTACK_PORT={compose_instance.ports.localstack}\n"
        f"POSTGRES_PORT={compose_instance.ports.postgres}\n"
    )
    with DockerCompose(TOP, "docker-compose.yml", build=True, wait=True, env_file=str(settings)) as started:
        yield started


@pytest.fixture(scope="session")
def containers(compose: DockerCompose, compose_instance: Instance) -> Containers:
    return Containers(compose_instance)


@pytest.fixture
def kit(containers: Containers) -> GlueKit:
    """Made for each test: LocalStack forgets what it has not saved when a test kills it."""
    containers.start()
    return GlueKit(containers.client)
