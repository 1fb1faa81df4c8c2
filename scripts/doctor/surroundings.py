"""The environment of every command: what of the user's own it leaves out, and what it sets.

`bootstrap.sh` evaluates `shell_code`. Settings of the user's own Python, Spark and make would change what the commands,
servers and tests load and do.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path
from typing import Iterator

from scripts.base import isolation
from scripts.doctor.finding import Finding, failure, ok, warning
from scripts.doctor.place import LOCAL, NO_WRITING, home, shown

_OWN_TOOLS = re.compile(
    r"(PYTHON|SPARK_|PYSPARK_|HADOOP_|HIVE_|YARN_)\w*"
    r"|VIRTUAL_ENV|CONDA_PREFIX|PIP_TARGET|PIP_PREFIX|MAKEFLAGS|MFLAGS|MAKELEVEL|BASH_ENV|ENV|LANGUAGE|CDPATH"
)
# PYTHON names the interpreter; the others say only where output and bytecode go. PYTHONDONTWRITEBYTECODE does not stay:
# without bytecode LocalStack starts 3 s later, each time.
_STAY = ("PYTHON", "PYTHONUNBUFFERED", "PYTHONPYCACHEPREFIX")
# Of make itself, and of every shell that make starts: nobody set them.
_OF_MAKE = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")
# Terraform and its provider meet at a socket in TMPDIR. Its path may have about 100 bytes. Their own part takes 40.
_LONGEST_TMPDIR = 60
_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def left_out() -> list[str]:
    """Returns the user's variables that no command, or no local one, sees."""
    names = {*_of_own_tools(), *isolation.foreign(os.environ)}
    return sorted(names.difference(_OF_MAKE))


def shell_code(python: str) -> tuple[str, list[Finding]]:
    """Returns bash code that makes the environment, and what the user must know about it.

    `python` is what the variable `python` shall name; it may be empty.
    """
    found = [*room()]
    given = {"PIP_USER": "0", "LC_ALL": locale(), "PYTHONUTF8": "1", **_trust(), **_moved()}
    lines = [f"export {name}={shlex.quote(value)}" for name, value in given.items()]
    if gone := _of_own_tools():
        lines.insert(0, "unset " + " ".join(gone))
    return "\n".join([*lines, f"python={shlex.quote(python)}", ""]), found


def _of_own_tools() -> list[str]:
    return sorted(name for name in os.environ if _OWN_TOOLS.fullmatch(name) and name not in _STAY)


def locale() -> str:
    """Returns the locale of the commands, which is one of UTF-8.

    Java and Python's .pth files take paths in the locale's encoding. In LC_ALL=C, or where the locale is not installed,
    that is ASCII, and no path with an accent can be opened.
    """
    return "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"


def bundle() -> str:
    """Returns the file of authorities that pip, uv and Java trust; empty on macOS, and where the machine has none."""
    named = os.environ.get("SSL_CERT_FILE") or os.environ.get("PIP_CERT")
    if named:
        return named
    if sys.platform == "darwin":
        return ""
    return next((each for each in _BUNDLES if os.access(each, os.R_OK)), "")


def _trust() -> dict[str, str]:
    """Makes uv and pip trust the file that the user names, else the system's certificates.

    Both bring lists of their own, which lack a company's authority. A Linux without certificates keeps those lists. On
    macOS pip asks the system by itself from version 24.2.
    """
    named, system = os.environ.get("SSL_CERT_FILE"), bundle()
    given = {"PIP_CERT": os.environ.get("PIP_CERT") or system} if system else {}
    if not named and (system or sys.platform == "darwin"):
        given["UV_SYSTEM_CERTS"] = os.environ.get("UV_SYSTEM_CERTS") or "true"
    return given


def room() -> Iterator[Finding]:
    """Yields the folders of the user's that the commands can't use, and what takes their place."""
    for what, place, why in _places():
        if why:
            yield warning("home", f"{what} {why}", f"nothing is to do: {place} takes its place")
        else:
            yield ok("home", f"{what} can be used")


def _moved() -> dict[str, str]:
    """Returns the variables that name a home, caches and a temporary folder that work, and makes the folders."""
    moved = {}
    for what, place, why in _places():
        if why:
            moved[what.partition("=")[0]] = place
            Path(place).mkdir(parents=True, exist_ok=True)
    return {"HOME": home(), **moved}


def _places() -> Iterator[tuple[str, str, str]]:
    """Yields `VARIABLE=folder`, the folder that would take its place, and why the user's own does not work."""
    own = home()
    if not os.path.isdir(own):  # noqa: PTH112 - an empty text is no folder
        yield f"HOME={own}", str(LOCAL / "home"), "is no folder for caches"
    else:
        yield f"HOME={own}", "", ""
        if not os.environ.get("XDG_CACHE_HOME") and not _can_hold_caches(Path(own) / ".cache"):
            yield f"XDG_CACHE_HOME={own}/.cache", str(LOCAL / "cache"), "can't be written"
    if temporary := os.environ.get("TMPDIR"):
        if not (os.path.isdir(temporary) and os.access(temporary, os.W_OK)):  # noqa: PTH112 - any text
            yield f"TMPDIR={temporary}", "/tmp", "is no folder that you may write in"  # noqa: S108 - the user's own
        elif len(os.fsencode(temporary)) > _LONGEST_TMPDIR:
            why = f"is too long for Terraform's sockets (more than {_LONGEST_TMPDIR} bytes)"
            yield f"TMPDIR={temporary}", "/tmp", why  # noqa: S108 - the user's own


def _can_hold_caches(folder: Path) -> bool:
    if not folder.exists():
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK)


def can_be_written(folder: Path) -> Finding:
    """Judges a folder that the set-up is to make or fill."""
    nearest = next(each for each in (folder, *folder.parents) if os.path.lexists(each))
    if nearest.is_dir() and os.access(nearest, os.W_OK):
        return ok("path", f"{shown(folder)} can be written")
    return failure("path", f"{folder} can't be written", NO_WRITING)
