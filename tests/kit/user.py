"""A user with an environment of their own, who types make targets."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from scripts.base.paths import TOP
from scripts.doctor import docker
from scripts.environment.instance import Instance, Ports
from tests.kit.make import HOSTILE, make, try_make

JOB = "letrus-de-case-etl-performance-academica"
BUCKET = "letrus-de-case-data-000000000000"
PLAN = "terraform -chdir=terraform plan -detailed-exitcode > .local/plan.log 2>&1 && echo $?"
SETTINGS = {
    **HOSTILE,
    "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9",
    "TF_AWS_S3_ENDPOINT": "http://127.0.0.1:9",
    "TF_VAR_project_name": "other",
    "PGHOSTADDR": "203.0.113.1",
    "PGSSLMODE": "disable",
}


@dataclass(frozen=True)
class User:
    """Types make targets for one instance, in the clone or a copy of it, in a shell that has other credentials."""

    folder: Path
    ports: Ports
    top: Path = TOP

    def environment(self) -> dict[str, str]:
        ports = {name: str(number) for name, number in self.ports.by_variable().items()}
        return {**os.environ, **SETTINGS, **ports, "LETRUS_INSTANCE": str(self.folder)}

    def instance(self) -> Instance:
        found = Instance.load(self.folder)
        assert found is not None
        return found

    def make(self, *arguments: str) -> str:
        return make(*arguments, environment=self.environment(), top=self.top)

    def try_make(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        return try_make(*arguments, environment=self.environment(), typed=typed, top=self.top)

    def shell(self, script: str) -> str:
        """Runs `script`, which must succeed, after `eval "$(make -s env)"`. Returns its output."""
        done = subprocess.run(
            ["bash", "-ec", f'eval "$(make -s env)"\n{script}'],
            cwd=self.top,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def processes(self) -> list[str]:
        """Returns the command lines of all processes that name the instance in arguments or environment, and its
        running containers' names."""
        found = []
        for process in psutil.process_iter():
            try:
                told = [*process.cmdline(), *process.environ().values()]
                if process.pid != os.getpid() and any(str(self.folder) in text for text in told):
                    found.append(" ".join(process.cmdline()))
            except psutil.Error:
                continue
        project = f"label=com.docker.compose.project={docker.project(self.folder)}"
        return found + (docker.query("ps", "--filter", project, "--format", "{{.Names}}") or "").split()


def client(user: User, service: str) -> Any:
    return user.instance().client(service)


def rows(user: User, column: str) -> str:
    """What psycopg reads of the table with nothing but the environment that `make env` exports."""
    query = f"SELECT {column} FROM performance_academica"
    program = f"import psycopg; print(psycopg.connect('').execute('{query}').fetchall())"
    return user.shell(f'"{sys.executable}" -c "{program}"').strip()
