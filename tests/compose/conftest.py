"""The environment in Docker for the whole layer; without a Docker that answers, the layer is skipped and says why.

testcontainers starts it, out of the same compose file and without any command of this project, as somebody's own pytest
would. Its helper container (Ryuk) is left out: it is one image more, and it wants Docker's socket.
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
from scripts.environment import docker
from scripts.environment import lifecycle as environments
from scripts.environment.database import connect_as_superuser
from scripts.environment.instance import Instance, Ports
from tests.kit.glue import GlueKit

os.environ["TESTCONTAINERS_RYUK_DISABLED"] = "true"


@dataclass(frozen=True)
class Containers:
    """The running project, and what a test asks of it."""

    instance: Instance

    def client(self, service: str) -> Any:
        return self.instance.client(service)

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
def compose_instance(answering_docker: None) -> Iterator[Instance]:
    """A folder, ports and a project of their own, nothing started."""
    instance = environments.new(LOCAL / f"test-compose-{os.getpid()}", Ports.free(), "docker")
    yield instance
    environments.remove(instance)


@pytest.fixture(scope="session")
def compose(compose_instance: Instance) -> Iterator[DockerCompose]:
    """docker-compose.yml, up and healthy."""
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
    """Made for each test: LocalStack forgets all when it is killed."""
    containers.start()
    return GlueKit(containers.client)
