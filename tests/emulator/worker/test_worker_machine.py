"""A script finds what Glue has, and not what only this machine has."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts.base.paths import TOP

pytestmark = pytest.mark.emulator
Runner = Callable[..., dict[str, Any]]

ATTEMPTS = """
import json, os, pathlib, shutil, subprocess, sys, tempfile

TOP, HOME = pathlib.Path(TOP), pathlib.Path(HOME)

def tried(attempt):
    try:
        return attempt() and "done"
    except OSError as error:
        return f"{type(error).__name__}: {error.filename}"

def write(path):
    with open(path, "w") as file:
        return file.write("x")

def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, **options)

foreign = "/usr/bin/env-of-nobody" if not shutil.which("git", path="/usr/bin:/bin") else "/usr/bin/git"
print(json.dumps({
    "project's file": tried(lambda: open(TOP / "Makefile").read()),
    "project's folder": tried(lambda: os.listdir(TOP / "sql")),
    "file of the home": tried(lambda: (HOME / "own-data.csv").read_text()),
    "file written into the home": tried(lambda: write(HOME / "written-by-a-run.csv")),
    "file written elsewhere": tried(lambda: write("/var/lib/letrus.json")),
    "folder made elsewhere": tried(lambda: os.mkdir("/opt/letrus-made-by-a-run") or "made"),
    "program of the laptop": tried(lambda: run("psql", "--version")),
    "program by its path": tried(lambda: run(foreign, "--version")),
    "which": str(shutil.which("terraform")),
    "POSIX program": tried(lambda: run("ls", "/tmp")),
    "shell": tried(lambda: run("date | tr -d ' '", shell=True)),
    "Python": tried(lambda: run("python3", "-c", "import pyspark")),
    "own Python": tried(lambda: run(sys.executable, "-c", "import pyspark")),
    "working folder": tried(lambda: write("mine.txt")),
    "temporary file": tried(lambda: tempfile.NamedTemporaryFile().name),
    "library's file": tried(lambda: open(json.__file__).read()),
    "system's file": tried(lambda: open("/etc/hosts").read()),
}))
"""


def test_what_a_script_finds(run: Runner) -> None:
    done = run(ATTEMPTS.replace("(TOP)", f"({str(TOP)!r})").replace("(HOME)", f"({str(Path.home())!r})"))
    assert done["state"] == "SUCCEEDED", done["error_message"]
    found = json.loads(done["output"][-1])
    path = found.pop("program by its path")
    assert path.startswith("FileNotFoundError: /usr/bin/")
    assert found == {
        "project's file": f"FileNotFoundError: {TOP / 'Makefile'}",
        "project's folder": f"FileNotFoundError: {TOP / 'sql'}",
        "file of the home": f"FileNotFoundError: {Path.home() / 'own-data.csv'}",
        "file written into the home": f"FileNotFoundError: {Path.home() / 'written-by-a-run.csv'}",
        "file written elsewhere": "PermissionError: /var/lib/letrus.json",
        "folder made elsewhere": "PermissionError: /opt/letrus-made-by-a-run",
        "program of the laptop": "FileNotFoundError: psql",
        "which": "None",
        "POSIX program": "done",
        "shell": "done",
        "Python": "done",
        "own Python": "done",
        "working folder": "done",
        "temporary file": "done",
        "library's file": "done",
        "system's file": "done",
    }


def test_the_failure_says_what_to_do(run: Runner) -> None:
    done = run(f"open({str(TOP / 'Makefile')!r})")
    assert done["state"] == "FAILED"
    assert done["error_message"] == (
        f"FileNotFoundError: [Errno 2] No such file or directory: {str(TOP / 'Makefile')!r} "
        "(this machine has it, and Glue does not: put it into S3, and name it in --extra-files)"
    )
