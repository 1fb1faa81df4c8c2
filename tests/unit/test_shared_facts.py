"""Facts of both runtimes. Each stands in one file; these tests name every copy that differs, with its line."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.base import hcl, isolation
from scripts.base.paths import TOP
from scripts.environment import localstack_health, shared
from tests.kit.recorder import Recorder, Request

pytestmark = pytest.mark.unit
# The places of a major version of PostgreSQL, which must be that of docker-compose.yml.
MAJOR = re.compile(
    r"\bpostgres:(\d+)|PostgreSQL (\d\d)\b|aurora-postgresql(\d+)|MAJOR_VERSION = (\d+)"
    r"|embedded-postgres-binaries\S+ rev=\"(\d+)\.|embedded-postgres-binaries-[a-z0-9-]+-(\d+)\.\d+\.\d+\.jar"
    r"|default +(?:=|\|) \"(\d+)\.\d+\"|LONG_TERM_VERSION = \"(\d+)\."
)
FILES = [
    "README.md",
    "README.pt-BR.md",
    "docker-compose.yml",
    "emulator/glue_aurora/rds/databases.py",
    "emulator/glue_aurora/rds/engine.py",
    "emulator/glue_aurora/rds/parameter_catalogue.py",
    "emulator/glue_aurora/rds/parameter_groups.py",
    "requirements/jars.ivy.xml",
    "requirements/jars.sha256",
    "terraform/variables.tf",
    "tests/emulator/rds/terraform/main.tf",
    "tests/kit/rds.py",
]


@pytest.mark.parametrize("name", FILES)
def test_major_version_of_postgresql_is_that_of_the_image(name: str) -> None:
    lines = (TOP / name).read_text(encoding="utf-8").splitlines()
    found = [(f"{name}:{number}: {line}", match) for number, line in enumerate(lines, 1) for match in majors(line)]
    assert found, f"{name} names no version any more: take it out of FILES"
    assert [where for where, major in found if major != shared.POSTGRES_MAJOR] == []


def majors(line: str) -> list[str]:
    return [next(filter(None, groups)) for groups in MAJOR.findall(line)]


def test_the_emulator_has_the_version_of_aurora_that_terraform_asks_for() -> None:
    engine = (TOP / "emulator" / "glue_aurora" / "rds" / "engine.py").read_text(encoding="utf-8")
    (versions,) = re.findall(r"^VERSIONS = \(([^)]+)\)", engine, re.MULTILINE)
    variables = dict(hcl.blocks(hcl.load(TOP / "terraform" / "variables.tf"), "variable"))
    wanted = variables["aurora_engine_version"]["default"]
    assert wanted in versions.split(", "), f"VERSIONS in emulator/glue_aurora/rds/engine.py lacks {wanted}"


def test_region_and_superuser_are_those_of_the_clients() -> None:
    assert shared.LOCALSTACK["AWS_DEFAULT_REGION"] == isolation.REGION
    assert shared.LOCALSTACK["EMULATOR_POSTGRES_USER"] == shared.POSTGRES_SUPERUSER


def test_compose_sets_nothing_that_the_shared_files_set() -> None:
    """A variable beside `env_file` would win over the file in Docker, and only there."""
    text = shared.COMPOSE.read_text(encoding="utf-8")
    assert {f"docker/{name}" for name in ("postgres/server.env", "localstack/localstack.env")} == set(
        re.findall(r"env_file: (\S+)", text)
    )
    for name in (*shared.LOCALSTACK, *shared.POSTGRES_SERVER):
        assert not re.search(rf"^ +{name}:", text, re.MULTILINE), name
    for name in shared.POSTGRES_SETTINGS:
        assert f"-c{name}=" not in text, name


def test_container_gets_the_settings_of_the_shared_file(tmp_path: Path) -> None:
    """Runs the part of start.sh that makes the command, with an entry point that prints its arguments."""
    script = (TOP / "docker" / "postgres" / "start.sh").read_text(encoding="utf-8")
    command = script[script.index("lines=$(") :].replace("/opt/emulator", shlex.quote(str(TOP / "docker" / "postgres")))
    (tmp_path / "docker-entrypoint.sh").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    (tmp_path / "docker-entrypoint.sh").chmod(0o755)
    shell = [
        "bash",
        "-euo",
        "pipefail",
        "-c",
        f"PATH={shlex.quote(str(tmp_path))}:$PATH; {command}",
        "start.sh",
        "postgres",
    ]
    done = subprocess.run(shell, capture_output=True, text=True, check=True)
    settings = [f"-c{name}={value}" for name, value in shared.POSTGRES_SETTINGS.items()]
    assert settings
    assert done.stdout.splitlines() == ["postgres", *settings]


class LocalStack(Recorder):
    """Answers every request with the same text."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__()
        self.status, self.text = status, text

    def answer(self, request: Request) -> tuple[int, str]:
        return self.status, self.text


@pytest.mark.parametrize(
    ("status", "services", "missing"),
    [
        (200, {"s3": "available", "glue": "running", "rds": "available"}, []),
        (200, {"s3": "available", "glue": "initialized", "rds": "available"}, ["glue"]),
        (200, {"s3": "disabled", "rds": "error"}, ["s3", "glue", "rds"]),
        (200, {}, ["s3", "glue", "rds"]),
    ],
)
def test_localstack_is_ready_when_it_answers_for_what_the_case_needs(
    status: int, services: dict[str, str], missing: list[str]
) -> None:
    with LocalStack(status, json.dumps({"services": services})).running() as server:
        assert localstack_health.unanswered(server.url) == missing
        assert health_check_of_the_container(server.url) == bool(missing)


@pytest.mark.parametrize(("status", "text"), [(500, "{}"), (200, "starting")])
def test_answer_that_is_none_is_no_readiness(status: int, text: str) -> None:
    with LocalStack(status, text).running() as server:
        with pytest.raises((OSError, ValueError)):
            localstack_health.unanswered(server.url)
        assert health_check_of_the_container(server.url) == 1


def health_check_of_the_container(url: str) -> int:
    """Runs the file that docker-compose.yml mounts as its health check does. Returns the exit code."""
    text = shared.COMPOSE.read_text(encoding="utf-8")
    (source,) = re.findall(r"- \./(\S+):/opt/emulator/localstack_health\.py:ro", text)
    assert re.search(r"- python\n +- -I\n +- /opt/emulator/localstack_health\.py\n +- http://127\.0\.0\.1:4566\n", text)
    return subprocess.run([sys.executable, "-I", TOP / source, url], capture_output=True).returncode
