"""Before a command changes anything, it says what Docker can't provide, with a remedy.

A `docker` before the real one on PATH answers one question in another way. Everything else goes to the real one.
"""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scripts.base.errors import StartError
from scripts.base.paths import TOP
from scripts.doctor import docker
from scripts.environment.instance import Ports
from scripts.environment.shared import POSTGRES_IMAGE

pytestmark = pytest.mark.compose
Up = Callable[..., str]


@pytest.fixture
def up(answering_docker: None, tmp_path: Path) -> Iterator[Up]:
    """Runs `make local-up` with a docker that begins with the given lines of bash. Returns its standard error."""
    folder, programs = tmp_path / "instance", tmp_path / "bin"
    programs.mkdir()
    real = shutil.which("docker")

    def run(lines: str, **variables: str) -> str:
        (programs / "docker").write_text(f'#!/bin/bash\n{lines}\nexec {shlex.quote(str(real))} "$@"\n')
        (programs / "docker").chmod(0o755)
        ports = Ports.free()
        done = subprocess.run(
            [sys.executable, "-m", "scripts", "up"],
            cwd=TOP,
            env={
                **os.environ,
                "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
                "LETRUS_INSTANCE": str(folder),
                "RUNTIME": "docker",
                "LOCALSTACK_PORT": str(ports.localstack),
                "POSTGRES_PORT": str(ports.postgres),
                "WORKER_PORT": str(ports.worker),
                **variables,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in (1, StartError.exit_code), done.stdout + done.stderr
        assert "error: " in done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr

    yield run
    assert not folder.exists(), "it made a folder"
    project = docker.project(folder)
    assert docker.query("ps", "--all", "--quiet", "--filter", f"label=com.docker.compose.project={project}") == ""
    assert docker.query("volume", "ls", "--quiet", "--filter", f"label=com.docker.compose.project={project}") == ""


ABSENT = f'if [ "$1 $2" = "image inspect" ] && [ "${{!#}}" = {POSTGRES_IMAGE} ]; then exit 1; fi'


def test_daemon_that_is_not_running(up: Up) -> None:
    said = up("", DOCKER_HOST="unix:///nowhere/docker.sock")
    assert "the Docker daemon does not answer" in said and "RUNTIME=embedded" in said


def test_compose_that_is_too_old(up: Up) -> None:
    said = up('if [ "$1 $2" = "compose version" ]; then echo 2.17.3; exit; fi')
    assert "2.17.3" in said and "2.20" in said and "RUNTIME=embedded" in said


def test_architecture_without_images(up: Up) -> None:
    said = up('if [ "$*" = "version --format {{.Server.Arch}}" ]; then echo s390x; exit; fi')
    assert "s390x" in said and "amd64 and arm64" in said and "RUNTIME=embedded" in said


def test_registry_that_does_not_answer(up: Up) -> None:
    # A port on which nobody listens stands in for the registry, so Docker's refusal is real.
    said = up(f'{ABSENT}\nif [ "$1" = pull ]; then set -- pull --quiet 127.0.0.1:9/{POSTGRES_IMAGE}; fi')
    assert f"{POSTGRES_IMAGE} could not be pulled" in said and "RUNTIME=embedded" in said


def test_disk_that_is_too_small(up: Up) -> None:
    # /proc has no free space.
    said = up(f'{ABSENT}\nif [ "$1" = info ]; then echo /proc; exit; fi')
    assert "0 GB free" in said and "RUNTIME=embedded" in said


def test_port_that_is_taken(up: Up) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        said = up("", POSTGRES_PORT=str(number))
    assert f"port {number} is taken" in said and "POSTGRES_PORT=" in said
