"""The Docker runtime: `docker-compose.yml` with a project of its own for each instance."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from scripts.base.console import say, step
from scripts.base.errors import StartError
from scripts.base.isolation import clean_environment
from scripts.base.paths import TOP, relative
from scripts.base.processes import run_foreground
from scripts.doctor.docker import project, query
from scripts.environment import shared
from scripts.environment.instance import Instance
from scripts.supply import wheels

SERVICES = {"localstack": "localstack", "postgres": "postgres", "worker": "glue"}  # part of the environment -> service
DISK_GB = 16  # the Glue image takes up to 13 GB unpacked
READY_SECONDS = 240
# The data of a part, by its service.
_VOLUMES = {"localstack": "/var/lib/localstack/state", "postgres": "/var/lib/postgresql/data"}
_EMBEDDED = "RUNTIME=embedded needs no Docker"
_WITHOUT = "do without Docker: make local-down, then make local-up RUNTIME=embedded"
_CORRECT = f"correct what Docker names, or {_WITHOUT}"


class Docker:
    name = "docker"

    def setup(self) -> None:
        """Fetches the images that are missing, before anything starts."""
        architecture = query("version", "--format", "{{.Server.Arch}}")
        if architecture not in ("amd64", "arm64"):
            raise StartError(f"the images are for amd64 and arm64, but Docker runs on {architecture}", _WITHOUT)
        absent = [image for image in images() if query("image", "inspect", "--format", "{{.Id}}", image) is None]
        if absent:
            _check_disk()
            say(f"{len(absent)} public images are fetched, once: about 5 GB ({_EMBEDDED})")
        for image in absent:
            say(f"pulling {image}")
            if run_foreground(["docker", "pull", "--quiet", image], clean_environment()):
                raise StartError(
                    f"{image} could not be pulled; Docker's message above names the reason",
                    f"check the network and the registry's login, then run the same command again; {_EMBEDDED}",
                )
        _native_wheels()

    def idle(self, instance: Instance) -> list[str]:
        healthy = self._healthy(instance)
        return [part for part, service in SERVICES.items() if service not in healthy]

    def start(self, instance: Instance, localstack_env: Mapping[str, str]) -> None:
        log = instance.folder / "logs" / "compose.log"
        with step("waiting for the containers: PostgreSQL, the Glue worker, LocalStack with Glue and RDS"):
            up = ("up", "--build", "--detach", "--wait", "--wait-timeout", str(READY_SECONDS))
            with log.open("a") as file:
                code = run_foreground(
                    self._command(*up),
                    self._env(instance, {**localstack_env, **_native_wheels()}),
                    on_line=lambda line: print(line, end="", file=file),
                )
        if code:
            self.save_logs(instance)
            last = log.read_text().splitlines()[-12:] + self._last_words(instance)
            raise StartError(
                "docker compose up failed:\n    " + "\n    ".join(last),
                f"see the logs in {relative(log.parent)}; {_EMBEDDED}",
            )

    def certify(self, instance: Instance) -> None:
        """Copies the authority out of the container, which has made certificate and key for itself."""
        authority = self._compose(instance, "exec", "-T", "postgres", "cat", "/run/emulator/tls/authority.pem")
        instance.authority.write_text(authority)

    def stop(self, instance: Instance, names: list[str]) -> None:
        services = [SERVICES[name] for name in names]
        if not set(services) & set(self._states(instance)):
            return
        with step("stopping the containers"):
            # To stop every service is `down`, which removes the networks too.
            ending = ["down"] if set(names) >= set(SERVICES) else ["stop", *services]
            self._compose(instance, ending[0], "--timeout", "15", *ending[1:])

    def drop(self, instance: Instance) -> None:
        services = [SERVICES[name] for name in ("localstack", "postgres")]
        if set(services) & set(self._states(instance)):
            with step("stopping LocalStack and PostgreSQL"):
                self._compose(instance, "stop", "--timeout", "15", *services)

    def copy_out(self, instance: Instance, folder: Path) -> None:
        for service, path in _VOLUMES.items():
            with (folder / f"{service}.tar").open("wb") as archive:
                self._in_container(
                    instance, service, f"mkdir -p {path} && cd {path} && exec tar -cf - .", stdout=archive
                )

    def copy_in(self, instance: Instance, folder: Path) -> None:
        for service, path in _VOLUMES.items():
            with (folder / f"{service}.tar").open("rb") as archive:
                command = f"mkdir -p {path} && cd {path} && find . -mindepth 1 -delete && exec tar -xpf -"
                self._in_container(instance, service, command, stdin=archive)

    def _in_container(
        self,
        instance: Instance,
        service: str,
        command: str,
        stdin: IO[bytes] | None = None,
        stdout: IO[bytes] | None = None,
    ) -> None:
        """Runs a command as root in a container of the service's image and volumes, without the service."""
        run = ("run", "--rm", "--no-deps", "--no-TTY", "--user", "0", "--entrypoint", "sh", service, "-c", command)
        done = subprocess.run(
            self._command(*run),
            env=self._env(instance),
            cwd=TOP,
            stdin=stdin or subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
        )
        if done.returncode:
            raise StartError(f"the data could not be copied: {done.stderr.decode().strip()[-800:]}", _CORRECT)

    def remove(self, instance: Instance) -> None:
        self._compose(instance, "down", "--volumes", "--remove-orphans", "--rmi", "local", "--timeout", "15")
        # Older builds, which have lost their name to a later one.
        query("image", "prune", "--force", "--filter", f"label=com.docker.compose.project={project(instance.folder)}")

    def status(self, instance: Instance) -> list[str]:
        states = self._states(instance)
        return [f"{part:<11}{states.get(service, 'not running')}" for part, service in SERVICES.items()]

    def save_logs(self, instance: Instance) -> None:
        for part, service in SERVICES.items():
            text = self._compose(instance, "logs", "--no-color", "--no-log-prefix", service)
            (instance.folder / "logs" / f"{part}.log").write_text(text)

    def _last_words(self, instance: Instance) -> list[str]:
        """Returns the last log line of each container that is not healthy."""
        words = []
        healthy = self._healthy(instance)
        for service, state in self._states(instance).items():
            if service in healthy:
                continue
            if line := self._compose(instance, "logs", "--no-color", "--no-log-prefix", "--tail", "1", service).strip():
                words.append(f"{service}, {state}: {line}")
        return words

    def superuser_password(self, instance: Instance) -> str:
        return self._compose(instance, "exec", "-T", "postgres", "cat", "/run/emulator/rdsadmin_password").strip()

    def _healthy(self, instance: Instance) -> set[str]:
        return {service for service, state in self._states(instance).items() if state == "running (healthy)"}

    def _states(self, instance: Instance) -> dict[str, str]:
        """Returns the state of each container by service, for example `running (healthy)`."""
        lines = self._compose(instance, "ps", "--all", "--format", "json").splitlines()
        found = [json.loads(line) for line in lines if line.startswith("{")]
        states = {each["Service"]: (each["State"], each.get("Health")) for each in found}
        return {service: f"{state} ({health})" if health else state for service, (state, health) in states.items()}

    def _compose(self, instance: Instance, *arguments: str) -> str:
        done = subprocess.run(
            self._command(*arguments), env=self._env(instance), cwd=TOP, capture_output=True, text=True
        )
        if done.returncode:
            raise StartError(f"docker compose {arguments[0]} failed: {done.stderr.strip()[-800:]}", _CORRECT)
        return done.stdout

    def _command(self, *arguments: str) -> list[str]:
        return ["docker", "compose", "--file", str(TOP / "docker-compose.yml"), *arguments]

    def _env(self, instance: Instance, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        return {
            **clean_environment(),
            "COMPOSE_PROJECT_NAME": project(instance.folder),
            "LOCALSTACK_PORT": str(instance.ports.localstack),
            "POSTGRES_PORT": str(instance.ports.postgres),
            "EMULATOR_PARITY": shared.parity(),
            "GLUE_WORKER_WARM": shared.warm(),
            **(extra or {}),
        }


def _native_wheels() -> dict[str, str]:
    """Returns the variable that gives a Glue container on arm64 its build of the job's wheels; else nothing."""
    if query("version", "--format", "{{.Server.Arch}}") != "arm64":
        return {}
    return {"GLUE_NATIVE_WHEELS": str(wheels.fetch_for_arm64_container())}


def images() -> list[str]:
    """Returns the public images that docker-compose.yml and its Dockerfiles name."""
    done = subprocess.run(
        ["docker", "compose", "--file", str(TOP / "docker-compose.yml"), "config", "--format", "json"],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    services = json.loads(done.stdout)["services"].values()
    named = [service["image"] for service in services if "build" not in service]
    for service in services:
        if "build" in service:
            dockerfile = Path(service["build"]["context"]) / service["build"].get("dockerfile", "Dockerfile")
            named += [line.split()[1] for line in dockerfile.read_text().splitlines() if line.startswith("FROM ")]
    return sorted(set(named))


def _check_disk() -> None:
    root = Path(query("info", "--format", "{{.DockerRootDir}}") or "/")
    if not root.exists():
        return  # Docker runs in a virtual machine
    free = shutil.disk_usage(root).free / 1e9
    if free < DISK_GB:
        raise StartError(
            f"the images need up to {DISK_GB} GB, but Docker's storage ({root}) has {free:.0f} GB free",
            f"free some space there, then run the same command again; {_EMBEDDED}",
        )
