"""PostgreSQL's certificate in Docker: made in its container, verified under each name that clients use."""

from __future__ import annotations

import psycopg
import pytest

from scripts.doctor import docker
from scripts.environment import runtime
from scripts.environment.superuser import SUPERUSER
from tests.compose.conftest import Containers

pytestmark = pytest.mark.compose
TLS = "/run/emulator/tls"


def connect(containers: Containers, host: str) -> None:
    instance = containers.instance
    psycopg.connect(
        host=host,
        hostaddr="127.0.0.1",
        port=instance.ports.postgres,
        dbname="postgres",
        user=SUPERUSER,
        password=runtime.of(instance).superuser_password(instance),
        sslmode="verify-full",
        sslrootcert=str(instance.authority),
    ).close()


@pytest.mark.parametrize("host", ["aurora.private", "localhost", "127.0.0.1"])
def test_server_is_verified_under_each_of_its_names(containers: Containers, host: str) -> None:
    containers.start()
    connect(containers, host)


def test_server_is_refused_under_another_name(containers: Containers) -> None:
    containers.start()
    with pytest.raises(psycopg.OperationalError, match="does not match host name"):
        connect(containers, "aurora.example")


def test_private_keys_are_closed_to_the_other_containers(containers: Containers) -> None:
    names = containers.inside("glue", "ls", TLS).split()
    assert sorted(names) == ["authority.pem", "server.crt", "server.key"]  # and the authority's key is nowhere
    assert docker.query("exec", containers.id("glue"), "cat", f"{TLS}/server.key") is None
    assert "PRIVATE" not in containers.instance.authority.read_text()


def test_restart_keeps_a_valid_certificate_and_replaces_an_unknown_one(containers: Containers) -> None:
    containers.start()
    before = containers.instance.authority.read_text()
    assert docker.query("restart", containers.id("postgres")) is not None
    containers.start()
    assert containers.instance.authority.read_text() == before

    containers.inside("postgres", "sed", "-i", "s/^MII/MIX/", f"{TLS}/server.crt")
    assert docker.query("restart", containers.id("postgres")) is not None
    containers.start()
    assert containers.instance.authority.read_text() != before
    connect(containers, "127.0.0.1")
