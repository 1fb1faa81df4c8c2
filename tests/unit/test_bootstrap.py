"""What scripts/bootstrap.sh does when two commands start in a fresh clone: one sets up, the other waits.

Python, pip and uv are stand-ins that write down what they do: the real ones would fetch from an index.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

from scripts.base.paths import TOP

pytestmark = pytest.mark.unit
# `-m venv` makes a venv whose Python is this file too, and whose uv waits at the gate. `-c` is the real Python's.
PYTHON = """#!/bin/bash
case "$*" in
  *"-m venv"*) mkdir -p "${!#}/bin"; cp "$0" "${!#}/bin/python"; cp "$CLONE/uv" "${!#}/bin/uv" ;;
  *"-m pip"*) ;;
  *"-m scripts"*) echo "runs ${!#}" ;;
  *) exec "$REAL_PYTHON" "$@" ;;
esac
"""
UV = """#!/bin/bash
case "$1" in
  venv) echo begin >>"$CLONE/set-ups"; cat "$CLONE/gate" >/dev/null
        mkdir -p "${!#}/bin"; cp "$CLONE/python" "${!#}/bin/python" ;;
esac
"""


@dataclass(frozen=True)
class Clone:
    """A fresh clone. A set-up in it stops at `gate`, a FIFO, until a test opens that for writing."""

    folder: Path

    @property
    def set_ups(self) -> list[str]:
        return (self.folder / "set-ups").read_text().splitlines()

    def open_gate(self) -> None:
        (self.folder / "gate").write_text("")

    @contextmanager
    def command(self, name: str) -> Iterator[subprocess.Popen[str]]:
        """A running `scripts/bootstrap.sh NAME`, ended after the block with all that it started."""
        process = subprocess.Popen(
            ["bash", self.folder / "scripts" / "bootstrap.sh", name],
            env={
                **os.environ,
                "CLONE": str(self.folder),
                "REAL_PYTHON": sys.executable,
                "PYTHON": str(self.folder / "python"),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    for folder in ("scripts", "requirements"):
        (tmp_path / folder).mkdir()
    shutil.copy(TOP / "scripts" / "bootstrap.sh", tmp_path / "scripts")
    for name in ("uv", "tools"):
        (tmp_path / "requirements" / f"{name}.txt").write_text(f"{name}==1\n")
    for name, text in (("python", PYTHON), ("uv", UV)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    os.mkfifo(tmp_path / "gate")
    return Clone(tmp_path)


def read_until(stream: IO[str] | None, text: str) -> None:
    assert stream is not None
    for line in stream:
        if text in line:
            return
    raise AssertionError(f"it ended without saying {text!r}")


def assert_sets_up_at_once(clone: Clone, name: str) -> None:
    with clone.command(name) as process:
        assert process.stderr is not None
        assert "venv of the commands" in process.stderr.readline()
        clone.open_gate()
        assert process.communicate()[0] == f"runs {name}\n"


def test_second_command_waits_and_says_so_and_the_set_up_is_done_once(clone: Clone) -> None:
    with clone.command("first") as first:
        read_until(first.stderr, "venv of the commands")
        with clone.command("second") as second:
            assert second.stderr is not None
            assert "waiting" in second.stderr.readline()
            clone.open_gate()
            assert [first.communicate()[0], second.communicate()[0]] == ["runs first\n", "runs second\n"]
            assert (first.returncode, second.returncode) == (0, 0)
    assert clone.set_ups == ["begin"]


def test_killed_command_leaves_no_lock(clone: Clone) -> None:
    with clone.command("first") as first:
        read_until(first.stderr, "venv of the commands")
        os.killpg(first.pid, signal.SIGKILL)
    assert_sets_up_at_once(clone, "second")


def test_command_that_runs_holds_no_lock(clone: Clone) -> None:
    """Else a command that runs for hours would block the set-up after `git pull`."""
    (clone.folder / "python").write_text(PYTHON.replace('echo "runs', 'echo "up"; exec sleep 1000; echo "runs'))
    with clone.command("up") as up:
        read_until(up.stderr, "venv of the commands")
        clone.open_gate()
        read_until(up.stdout, "up")
        (clone.folder / "requirements" / "tools.txt").write_text("tools==2\n")
        (clone.folder / "python").write_text(PYTHON)
        assert_sets_up_at_once(clone, "next")


def test_folder_that_cannot_be_written_is_named(clone: Clone) -> None:
    (clone.folder / ".local").write_text("")
    with clone.command("setup") as process:
        errors = process.communicate()[1]
    assert process.returncode == 1
    assert ".local/venv can't be written\n  -> " in errors
