"""The environment's PostgreSQL shows a certificate of the environment's own authority, whatever lay there before."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from scripts.base.certificates import issue, self_signed
from scripts.environment import lifecycle, postgres
from scripts.environment.instance import Instance
from scripts.environment.superuser import connect_superuser
from tests.emulator.conftest import Environment

pytestmark = pytest.mark.emulator


def connect(instance: Instance, authority: Path) -> None:
    """Connects as a client does that believes only `authority`. Raises OperationalError when the server is refused."""
    connect_superuser(instance.ports.postgres, postgres.superuser_password(instance), authority=authority).close()


def server_certificate(environment: Environment) -> Path:
    with environment.admin() as connection:
        (folder,) = connection.execute("SHOW data_directory").fetchone()
    return Path(folder) / "server.crt"


def test_server_is_verified_by_the_authority_and_by_no_other(environment: Environment, tmp_path: Path) -> None:
    connect(environment.instance, environment.instance.authority)
    foreign = tmp_path / "foreign.pem"
    foreign.write_bytes(issue("foreign").authority)
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        connect(environment.instance, foreign)


def test_second_start_keeps_certificate_and_authority(environment: Environment) -> None:
    before = server_certificate(environment).read_bytes(), environment.instance.authority.read_bytes()
    lifecycle.start(environment.instance)
    assert before == (server_certificate(environment).read_bytes(), environment.instance.authority.read_bytes())


def test_data_folder_of_an_older_version_gets_a_new_certificate(environment: Environment) -> None:
    """Older versions signed the certificate with its own key and wrote no authority."""
    server_certificate(environment).write_bytes(self_signed("letrus-data-case PostgreSQL")[0])
    environment.instance.authority.unlink()
    lifecycle.start(environment.instance)
    connect(environment.instance, environment.instance.authority)


def test_certificate_of_an_unknown_authority_is_replaced(environment: Environment) -> None:
    environment.instance.authority.write_bytes(issue("unknown").authority)
    lifecycle.start(environment.instance)
    connect(environment.instance, environment.instance.authority)
