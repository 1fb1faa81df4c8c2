"""Docker and Compose, which the project can do without."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from scripts.doctor.finding import Finding, failure, ok, warning
from scripts.doctor.place import TOP

COMPOSE = (2, 20)


def check() -> Finding:
    """Says which runtime the environment gets, and why."""
    wanted = os.environ.get("RUNTIME") or "auto"
    if wanted == "embedded":
        return ok("docker", "RUNTIME=embedded needs none")
    lack = missing()
    if wanted == "docker" and lack:
        return failure("docker", f"RUNTIME=docker, but {lack}", NO_DOCKER)
    if lack:
        return ok("docker", f"{lack}, so the environment is embedded")
    closed = [each.name for each in sorted(TOP.iterdir()) if each.name in _MOUNTED and not _open(each)]
    if closed:
        what = f"Docker and Compose answer, but containers can't read {', '.join(closed)} of this clone"
        return warning("docker", what, "open them: chmod -R go+rX " + " ".join(closed))
    return ok("docker", "Docker and Compose answer")


NO_DOCKER = "start Docker, or use RUNTIME=embedded, which needs no Docker"
_MOUNTED = ("docker", "emulator", "scripts")


def _open(folder: Path) -> bool:
    return folder.stat().st_mode & 0o005 == 0o005


def missing() -> str:
    """Returns a sentence on the part of Docker that does not answer, or an empty text when all do."""
    if not shutil.which("docker"):
        return "docker is not on PATH"
    if query("version", "--format", "{{.Server.Arch}}") is None:
        return "the Docker daemon does not answer"
    version = query("compose", "version", "--short")
    if version is None:
        return "docker has no `compose` command"
    if tuple(int(part) for part in version.lstrip("v").split(".")[:2]) < COMPOSE:
        return f"docker compose {version} is too old, and 2.20 or later is needed"
    return ""


def query(*arguments: str) -> str | None:
    """Returns the output of a docker command, or None when it fails or does not answer in 20 s."""
    try:
        done = subprocess.run(
            ["docker", *arguments], env=dict(os.environ), capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def project(folder: Path) -> str:
    """Returns the compose project of the instance in `folder`. Two clones or instances never share containers."""
    return f"letrus-data-case-{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:8]}"
