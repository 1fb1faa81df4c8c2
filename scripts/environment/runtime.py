"""The two ways to start the same environment, and the choice between them (`RUNTIME=auto|docker|embedded`)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from scripts.base.errors import CommandError
from scripts.doctor.docker import NO_DOCKER, missing
from scripts.environment import docker, embedded, shared
from scripts.environment.instance import Instance


class Runtime(Protocol):
    """Starts and ends the three parts of an instance: AWS API, PostgreSQL, Glue worker."""

    name: str

    def setup(self) -> None:
        """Fetches and builds all that `start` needs. Safe to interrupt and repeat."""

    def idle(self, instance: Instance) -> list[str]:
        """Returns the names of the parts that don't run."""

    def start(self, instance: Instance, localstack_env: Mapping[str, str]) -> None:
        """Starts the idle parts. Returns when every part answers a real question.

        Raises:
            StartError: a part ended or did not become ready.
        """

    def certify(self, instance: Instance) -> None:
        """Makes `instance.authority` the authority that signed the running PostgreSQL's certificate.

        Raises:
            StartError: PostgreSQL does not present the new certificate, or its container does not answer.
        """

    def stop(self, instance: Instance, names: list[str]) -> None:
        """Ends the named parts that run and keeps their data."""

    def drop(self, instance: Instance) -> None:
        """Ends LocalStack and PostgreSQL at once, because other data takes the place of theirs."""

    def copy_out(self, instance: Instance, folder: Path) -> None:
        """Copies the data of the parts, which don't run, into `folder`."""

    def copy_in(self, instance: Instance, folder: Path) -> None:
        """Replaces the data of the parts, which don't run, by what `copy_out` has put into `folder`."""

    def remove(self, instance: Instance) -> None:
        """Removes the instance's data. Its parts must have ended."""

    def status(self, instance: Instance) -> list[str]:
        """Returns a line for each part."""

    def save_logs(self, instance: Instance) -> None:
        """Copies the parts' logs into the instance's `logs/`."""

    def superuser_password(self, instance: Instance) -> str:
        """Returns the password of PostgreSQL's superuser."""


RUNTIMES: dict[str, Runtime] = {"docker": docker.Docker(), "embedded": embedded.Embedded()}
ALL = ["localstack", "postgres", "worker"]


def of(instance: Instance) -> Runtime:
    return RUNTIMES[instance.runtime]


def choose() -> tuple[str, str]:
    """Returns the name of the runtime for a new instance, and the reason for it.

    Raises:
        CommandError: `RUNTIME` has another value, or is `docker` while Docker does not answer.
    """
    wanted = shared.chosen("RUNTIME")
    if wanted == "embedded":
        return "embedded", "RUNTIME=embedded"
    lack = missing()
    if not lack:
        return "docker", "Docker and Compose answer" if wanted == "auto" else "RUNTIME=docker"
    if wanted == "docker":
        raise CommandError(f"RUNTIME=docker, but {lack}", NO_DOCKER)
    return "embedded", lack
