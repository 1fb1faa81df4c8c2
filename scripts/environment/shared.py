"""What the two runtimes have in common. docker-compose.yml and its containers read the same files in docker/."""

from __future__ import annotations

import os
import re
from pathlib import Path

from dotenv import dotenv_values

from scripts.base.errors import CommandError
from scripts.base.paths import TOP

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
PARITY = ("enforce", "warn", "off")


def parity() -> str:
    """Returns what the emulator does with what AWS would refuse, by the variable PARITY: `enforce` unless it is set.

    Raises:
        CommandError: PARITY has another value.
    """
    found = os.environ.get("PARITY") or PARITY[0]
    if found not in PARITY:
        raise CommandError(f"PARITY={found} is no mode of the checks", f"use one of {', '.join(PARITY)}")
    return found


def warm() -> str:
    """Returns how often the JVM that waits for a run does a small job first, by the variable WARM. 0: no JVM waits.

    Raises:
        CommandError: WARM is no number.
    """
    found = os.environ.get("WARM") or "4"
    if not found.isdecimal():
        raise CommandError(f"WARM={found} is no number", "WARM=0 turns the waiting JVM off; unset it otherwise")
    return found
