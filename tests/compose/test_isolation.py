"""What the containers can do and cannot do."""

from __future__ import annotations

import json
import re

import pytest

from scripts.base.paths import TOP
from scripts.doctor import docker
from tests.compose.conftest import Containers

pytestmark = pytest.mark.compose
SERVICES = ("localstack", "postgres", "glue")


def inspect(containers: Containers, service: str) -> dict:
    shown = docker.query("inspect", containers.id(service))
    assert shown
    return dict(json.loads(shown)[0])


@pytest.mark.parametrize("service", SERVICES)
def test_ports_are_on_loopback_only(containers: Containers, service: str) -> None:
    published = inspect(containers, service)["HostConfig"]["PortBindings"] or {}
    assert {binding["HostIp"] for bindings in published.values() for binding in bindings} <= {"127.0.0.1"}


@pytest.mark.parametrize("service", SERVICES)
def test_no_container_has_dockers_socket_or_unbounded_memory(containers: Containers, service: str) -> None:
    shown = inspect(containers, service)
    assert not [mount["Source"] for mount in shown["Mounts"] if mount["Source"].endswith("docker.sock")]
    assert not shown["HostConfig"]["Privileged"]
    assert 0 < shown["HostConfig"]["Memory"] <= 4 * 2**30
    assert shown["State"]["Health"]["Status"] == "healthy"


def test_worker_is_on_the_internal_network_only(containers: Containers) -> None:
    names = list(inspect(containers, "glue")["NetworkSettings"]["Networks"])
    assert names == [f"{containers.project}_private"]
    network = docker.query("network", "inspect", "--format", "{{.Internal}}", names[0])
    assert network == "true"


def test_no_secret_is_in_an_environment_or_an_argument(containers: Containers) -> None:
    secrets = [
        containers.inside("postgres", "cat", f"/run/emulator/{name}") for name in ("rdsadmin_password", "worker_token")
    ]
    assert all(len(secret) > 30 for secret in secrets)
    for service in SERVICES:
        assert not [secret for secret in secrets if secret in json.dumps(inspect(containers, service))]


def test_images_have_tags_that_stay() -> None:
    text = (TOP / "docker-compose.yml").read_text() + (TOP / "docker" / "localstack" / "Dockerfile").read_text()
    images = re.findall(r"^(?:\s+image:|FROM) (\S+)", text, re.M)
    assert len(images) == 3
    assert all(":" in image and not image.endswith(":latest") for image in images)
