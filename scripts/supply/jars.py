"""Jars from Maven Central. The Ivy that pyspark ships fetches them once into the user's cache, checked by SHA-256.

Ivy knows Maven Central by itself. For a company's mirror, `IVY_SETTINGS` names a file of Ivy settings.
"""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import sys
from pathlib import Path

from filelock import FileLock

from scripts.base.console import step
from scripts.base.errors import SetupError, remedy_for
from scripts.base.paths import CACHE, REQUIREMENTS, relative
from scripts.supply import java

JARS = CACHE / "jars"
_PLATFORMS = {
    ("linux", "x86_64"): "linux-amd64",
    ("linux", "aarch64"): "linux-arm64v8",
    ("darwin", "x86_64"): "darwin-amd64",
    ("darwin", "arm64"): "darwin-arm64v8",
}


def worker() -> Path:
    """Returns the folder of jars that a Glue worker has beside Spark's: S3 file system, PostgreSQL's JDBC driver."""
    return _fetch("worker")


def jdbc() -> Path:
    """Returns PostgreSQL's JDBC driver alone, for a peer in the benchmark that has no other jars."""
    return next(_fetch("jdbc").glob("*.jar"))


def postgres() -> Path:
    """Returns the jar that holds PostgreSQL's binaries for this platform."""
    key = (sys.platform, platform.machine())
    if key not in _PLATFORMS:
        raise SetupError(f"there are no PostgreSQL binaries for {key[0]} on {key[1]}", "use RUNTIME=docker")
    return next(_fetch(f"postgres-{_PLATFORMS[key]}").glob("*.jar"))


def _fetch(configuration: str) -> Path:
    folder = JARS / configuration
    JARS.mkdir(parents=True, exist_ok=True)
    with FileLock(JARS / f"{configuration}.lock"):
        if _wrong(configuration):
            with step(f"fetching the jars of {configuration}"):
                _retrieve(configuration)
            if wrong := _wrong(configuration):
                raise SetupError(
                    f"these jars differ from {relative(REQUIREMENTS / 'jars.sha256')}: {', '.join(wrong)}",
                    f"remove {folder} and {CACHE / 'ivy'}, check the mirror of Maven Central, then run it again",
                )
    return folder


def _retrieve(configuration: str) -> None:
    ivy = next((java.worker().parent.parent / "lib").glob("python3*/site-packages/pyspark/jars/ivy-*.jar"))
    settings = ["-settings", os.environ["IVY_SETTINGS"]] if os.environ.get("IVY_SETTINGS") else []
    arguments = [
        "-ivy",
        str(REQUIREMENTS / "jars.ivy.xml"),
        "-cache",
        str(CACHE / "ivy"),
        "-confs",
        configuration,
    ]
    target = ["-retrieve", f"{JARS}/[conf]/[artifact]-[revision].[ext]", "-overwriteMode", "always"]
    command = [
        str(java.home() / "bin" / "java"),
        *java.trust_options(),
        "-jar",
        str(ivy),
        *settings,
        *arguments,
        *target,
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if "::" in line or "rror" in line]
        raise SetupError(
            f"Ivy could not fetch {configuration}: " + "; ".join(lines[-5:]),
            remedy_for(
                done.stdout + done.stderr,
                "check the network, then run it again; JAVA_TOOL_OPTIONS takes a proxy, IVY_SETTINGS a mirror",
            ),
        )


def _wrong(configuration: str) -> list[str]:
    """Returns the names of the configuration's jars that are absent or whose content differs from the locked one."""
    lines = (REQUIREMENTS / "jars.sha256").read_text().splitlines()
    locked = {name: digest for digest, name in (line.split() for line in lines)}
    mine = {name: digest for name, digest in locked.items() if name.startswith(f"{configuration}/")}
    return [name for name, digest in mine.items() if _digest(JARS / name) != digest]


def _digest(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None
