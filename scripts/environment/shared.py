"""What the two runtimes have in common. docker-compose.yml and its containers read the same files in docker/."""

from __future__ import annotations

import os
import re
from pathlib import Path

from dotenv import dotenv_values

from scripts.base.errors import CommandError
from scripts.base.paths import TOP
from scripts.doctor import settings

COMPOSE = TOP / "docker-compose.yml"


def _values(path: Path) -> dict[str, str]:
    return {name: value or "" for name, value in dotenv_values(path, interpolate=False).items()}


def _postgres_image() -> str:
    (image,) = re.findall(r"^ +image: (postgres:\S+)$", COMPOSE.read_text(encoding="utf-8"), re.MULTILINE)
    return str(image)


POSTGRES_IMAGE = _postgres_image()
POSTGRES_MAJOR = POSTGRES_IMAGE.partition(":")[2]
# Options of the server, by the name of the setting.
POSTGRES_SETTINGS = _values(TOP / "docker" / "postgres" / "settings.conf")
POSTGRES_SERVER = _values(TOP / "docker" / "postgres" / "server.env")
INITDB_ARGUMENTS = POSTGRES_SERVER["POSTGRES_INITDB_ARGS"].split()
POSTGRES_SUPERUSER = POSTGRES_SERVER["POSTGRES_USER"]
# Variables of the LocalStack process. Addresses, ports and files differ between the runtimes and stand elsewhere.
LOCALSTACK = _values(TOP / "docker" / "localstack" / "localstack.env")


def chosen(name: str) -> str:
    """Returns the value of the variable `name`: RUNTIME, PARITY or WARM. Without one, its default.

    Raises:
        CommandError: the variable has another value.
    """
    found = os.environ.get(name)
    for wrong in settings.wrong():
        if found and wrong.what.startswith(f"{name}="):
            raise CommandError(wrong.what, wrong.remedy)
    return found or settings.DEFAULTS[name]


def parity() -> str:
    """Returns what the emulator does with what AWS would refuse: `enforce` unless PARITY says otherwise."""
    return chosen("PARITY")


def warm() -> str:
    """Returns how often the JVM that waits for a run does a small job first, by the variable WARM. 0: no JVM waits."""
    return chosen("WARM")
