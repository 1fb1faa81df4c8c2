"""`scripts/doctor` as a user has it: in a clone of its own, by a Python without any package."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from scripts.base.paths import TOP
from scripts.environment.instance import Ports

PYTHON = getattr(sys, "_base_executable", sys.executable)


def copy_doctor(top: Path) -> None:
    """Copies what the doctor consists of to the clone `top`."""
    for name in ("__init__.py", "base/__init__.py", "base/isolation.py"):
        (top / "scripts" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(TOP / "scripts" / name, top / "scripts" / name)
    shutil.copytree(
        TOP / "scripts" / "doctor", top / "scripts" / "doctor", ignore=shutil.ignore_patterns("__pycache__")
    )


@dataclass
class Patient:
    """A clone on a machine that has nothing but Python, until a test adds something."""

    top: Path
    variables: dict[str, str] = field(default_factory=dict)
    python: str = PYTHON
    umask: int = 0o022

    @classmethod
    def new(cls, folder: Path, name: str = "clone") -> Patient:
        made = cls(folder / name)
        copy_doctor(made.top)
        for each in (made.programs, made.home):
            each.mkdir()
        (made.programs / "python3.11").symlink_to(PYTHON)
        return made

    def choose_free_ports(self) -> None:
        """Chooses ports of its own, since the default ones may be those of somebody's environment."""
        self.variables |= {name: str(number) for name, number in Ports.free().by_variable().items()}

    @property
    def programs(self) -> Path:
        """The only folder on PATH."""
        return self.top.parent / "programs"

    @property
    def home(self) -> Path:
        return self.top.parent / "home"

    def program(self, name: str, script: str) -> None:
        """Puts a program on PATH. Its `script` can use what the shell itself has."""
        (self.programs / name).unlink(missing_ok=True)
        (self.programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (self.programs / name).chmod(0o755)

    def link(self, *names: str) -> None:
        """Puts the machine's own programs on PATH."""
        for name in names:
            (self.programs / name).symlink_to(str(shutil.which(name)))

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [self.python, "-I", "-S", "-X", "utf8", str(self.top / "scripts" / "doctor"), *arguments]
        variables = {"PATH": str(self.programs), "HOME": str(self.home), **self.variables}
        done = subprocess.run(
            command, env=variables, cwd="/", umask=self.umask, capture_output=True, text=True, encoding="utf-8"
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def findings(self) -> dict[str, list[dict[str, str]]]:
        """Returns what the doctor found, by the name of the check. Checks exit code and remedies on the way."""
        done = self.run("--json")
        told = json.loads(done.stdout)
        states = {each["state"] for each in told["findings"]}
        assert states <= {"ok", "warning", "failure"}
        assert told["ok"] is (done.returncode == 0) is ("failure" not in states)
        found: dict[str, list[dict[str, str]]] = {}
        for each in told["findings"]:
            assert (each["remedy"] is None) is (each["state"] == "ok"), each
            found.setdefault(each["check"], []).append(each)
        return found

    def one(self, check: str, state: str) -> str:
        """Returns what the check said, with its remedy, where it found `state`."""
        found = [each for each in self.findings()[check] if each["state"] == state]
        assert len(found) == 1, found
        return f"{found[0]['what']} -> {found[0]['remedy']}"
