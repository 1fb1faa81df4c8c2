"""What scripts/bootstrap.sh does: one command sets up, another waits, and each gets a clean environment.

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
from tests.kit.doctor import copy_doctor

pytestmark = pytest.mark.unit
# `-m venv` makes a venv whose Python is this file too, and whose uv waits at the gate. `-c` is the real Python's.
PYTHON = """#!/bin/bash
case "$*" in
  *"-m venv"*) mkdir -p "${!#}/bin"; cp "$0" "${!#}/bin/python"; cp "$CLONE/uv" "${!#}/bin/uv" ;;
  *"-m pip"*) ;;
  *"-m scripts shows"*) env ;;
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

    @property
    def is_set_up(self) -> bool:
        return (self.folder / ".local" / "venv" / "tools" / "requirements.txt").exists()

    def set_up(self) -> None:
        with self.command("first") as process:
            read_until(process.stderr, "venv of the commands")
            self.open_gate()
            assert process.communicate()[0] == "runs first\n"

    def environment(self, **variables: str) -> dict[str, str]:
        """What a command finds in its environment, if the user's has `variables`."""
        with self.command("shows", **variables) as process:
            lines = process.communicate()[0].splitlines()
        assert process.returncode == 0
        return dict(line.split("=", 1) for line in lines if "=" in line)

    @contextmanager
    def command(self, name: str, **variables: str) -> Iterator[subprocess.Popen[str]]:
        """A running `scripts/bootstrap.sh NAME`, ended after the block with all that it started."""
        process = subprocess.Popen(
            ["bash", self.folder / "scripts" / "bootstrap.sh", name],
            env={
                **os.environ,
                "CLONE": str(self.folder),
                "REAL_PYTHON": sys.executable,
                "PYTHON": str(self.folder / "python"),
                **variables,
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
    return make_clone(tmp_path)


def make_clone(top: Path) -> Clone:
    copy_doctor(top)
    (top / "requirements").mkdir()
    shutil.copy(TOP / "scripts" / "bootstrap.sh", top / "scripts")
    for name in ("uv", "tools"):
        (top / "requirements" / f"{name}.txt").write_text(f"{name}==1\n")
    for name, text in (("python", PYTHON), ("uv", UV)):
        (top / name).write_text(text)
        (top / name).chmod(0o755)
    os.mkfifo(top / "gate")
    return Clone(top)


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
    (clone.folder / "python").write_text(PYTHON.replace('echo "runs', 'echo "lasts"; exec sleep 1000; echo "runs'))
    with clone.command("long") as long:
        read_until(long.stderr, "venv of the commands")
        clone.open_gate()
        read_until(long.stdout, "lasts")
        (clone.folder / "requirements" / "tools.txt").write_text("tools==2\n")
        (clone.folder / "python").write_text(PYTHON)
        assert_sets_up_at_once(clone, "next")


def test_folder_that_cannot_be_written_is_named(clone: Clone) -> None:
    (clone.folder / ".local").write_text("")
    with clone.command("setup") as process:
        errors = process.communicate()[1]
    assert process.returncode == 1
    assert ".local/venv can't be written\n  -> " in errors


def test_set_up_works_in_a_folder_as_people_name_them(tmp_path: Path) -> None:
    clone = make_clone(tmp_path / "Área de Trabalho" / """it's "A&B" (1) $HOME""")
    with clone.command("first", LC_ALL="xx_YY.UTF-8", CDPATH=str(tmp_path)) as process:
        read_until(process.stderr, "venv of the commands")
        clone.open_gate()
        assert process.communicate()[0] == "runs first\n"
    assert clone.is_set_up


@pytest.mark.parametrize("name", ["a:b", "Silva, Ana", "50%", "C#", "a;b"])
def test_folder_that_class_paths_cannot_hold_is_refused_at_once(tmp_path: Path, name: str) -> None:
    clone = make_clone(tmp_path / name)
    with clone.command("setup") as process:
        errors = process.communicate()[1]
    assert process.returncode == 1
    assert f"{name}\n  -> move the clone" in errors
    assert not clone.is_set_up


def test_python_that_is_none_is_named_whether_or_not_the_venvs_exist(clone: Clone) -> None:
    for _ in range(2):
        with clone.command("setup", PYTHON="/nowhere/python3.11") as process:
            errors = process.communicate()[1]
        assert process.returncode == 1
        assert "PYTHON=/nowhere/python3.11 is no Python 3.11" in errors
        if not clone.is_set_up:
            clone.set_up()


def test_venv_whose_making_broke_off_is_made_anew(clone: Clone) -> None:
    """On a full disk uv leaves half a package, which it takes for whole the next time."""
    (clone.folder / "uv").write_text(
        UV.replace('case "$1" in', 'echo "$*" >>"$CLONE/asked"; echo "uv $1" >&2; case "$1" in')
    )
    clone.set_up()
    (clone.folder / "requirements" / "tools.txt").write_text("tools==2\n")
    with clone.command("second") as process:
        read_until(process.stderr, "uv venv")
        os.killpg(process.pid, signal.SIGKILL)
    with clone.command("third") as process:
        read_until(process.stderr, "venv of the commands")
        clone.open_gate()
        process.communicate()
    made = [line for line in (clone.folder / "asked").read_text().splitlines() if line.startswith("venv")]
    assert ["--clear" in line for line in made] == [True, False, True]


def test_venv_whose_python_has_vanished_is_made_anew(clone: Clone) -> None:
    """As after the package manager replaced the Python that it was made from."""
    clone.set_up()
    (clone.folder / ".local" / "venv" / "tools" / "bin" / "python").unlink()
    assert_sets_up_at_once(clone, "second")


def test_command_sees_no_settings_of_the_users_own_tools(clone: Clone) -> None:
    clone.set_up()
    own = {
        "PYTHONHOME": "/nowhere",
        "PYTHONPATH": "/nowhere",
        "PYTHONSTARTUP": "/nowhere",
        "PYTHONOPTIMIZE": "2",
        "VIRTUAL_ENV": "/nowhere",
        "CONDA_PREFIX": "/nowhere",
        "SPARK_HOME": "/nowhere",
        "SPARK_CONF_DIR": "/nowhere",
        "HADOOP_CONF_DIR": "/nowhere",
        "PYSPARK_PYTHON": "/nowhere",
        "MAKEFLAGS": "n",
        "CDPATH": "/nowhere",
        "BASH_ENV": "/dev/null",
    }
    seen = clone.environment(**own, LC_ALL="C", LANGUAGE="pt_BR", PIP_USER="1", PYTHONDONTWRITEBYTECODE="1")
    assert not own.keys() & seen.keys()
    assert seen["LC_ALL"].endswith("UTF-8") and "LANGUAGE" not in seen
    assert seen["PIP_USER"] == "0"
    assert "PYTHONDONTWRITEBYTECODE" not in seen


def test_pip_trusts_the_authorities_that_the_user_names(clone: Clone, tmp_path: Path) -> None:
    clone.set_up()
    bundle = tmp_path / "authorities.pem"
    bundle.touch()
    seen = clone.environment(SSL_CERT_FILE=str(bundle), PIP_CERT="", UV_SYSTEM_CERTS="")
    assert seen["PIP_CERT"] == str(bundle)
    assert not seen["UV_SYSTEM_CERTS"]
    assert clone.environment(SSL_CERT_FILE="", PIP_CERT="/mine.pem", UV_SYSTEM_CERTS="false")["PIP_CERT"] == "/mine.pem"


def test_uv_and_pip_trust_the_system(clone: Clone) -> None:
    """Where the machine has certificates. A minimal container has none: uv's own list is better than nothing."""
    clone.set_up()
    seen = clone.environment(SSL_CERT_FILE="", PIP_CERT="", UV_SYSTEM_CERTS="")
    has_bundle = Path("/etc/ssl/certs/ca-certificates.crt").exists()
    assert bool(seen["UV_SYSTEM_CERTS"]) is (has_bundle or sys.platform == "darwin")


@pytest.mark.parametrize("folder", ["nowhere", "x" * 80])
def test_temporary_folder_that_cannot_be_used_is_replaced(clone: Clone, tmp_path: Path, folder: str) -> None:
    clone.set_up()
    (tmp_path / ("x" * 80)).mkdir()
    assert clone.environment(TMPDIR=str(tmp_path / folder))["TMPDIR"] == "/tmp"


def test_without_a_home_the_caches_go_to_the_clone(clone: Clone) -> None:
    clone.set_up()
    assert clone.environment(HOME="/nowhere")["HOME"] == str(clone.folder / ".local" / "home")


def test_home_that_cannot_be_written_keeps_its_settings(clone: Clone, tmp_path: Path) -> None:
    clone.set_up()
    home = tmp_path / "home"
    home.mkdir()
    (home / ".cache").touch()
    seen = clone.environment(HOME=str(home), XDG_CACHE_HOME="")
    assert (seen["HOME"], seen["XDG_CACHE_HOME"]) == (str(home), str(clone.folder / ".local" / "cache"))


@pytest.mark.parametrize("terraform", ["", "1.10.5"])
@pytest.mark.parametrize("arguments", [["up"], ["aws", "plan"], ["test", "lint", "e2e"]])
def test_terraform_is_missed_before_anything_is_fetched(clone: Clone, arguments: list[str], terraform: str) -> None:
    programs = clone.folder / "programs"
    programs.mkdir()
    for name in ("bash", "cat", "cmp", "dirname", "mkdir"):
        (programs / name).symlink_to(str(shutil.which(name)))
    if terraform:
        (programs / "terraform").write_text(f'#!/bin/sh\necho \'{{"terraform_version": "{terraform}"}}\'\n')
        (programs / "terraform").chmod(0o755)
    done = subprocess.run(
        [programs / "bash", clone.folder / "scripts" / "bootstrap.sh", *arguments],
        env={
            "PATH": str(programs),
            "PYTHON": str(clone.folder / "python"),
            "CLONE": str(clone.folder),
            "REAL_PYTHON": sys.executable,
        },
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert (f"terraform {terraform} is too old" if terraform else "terraform is not on PATH") in done.stderr
    assert "install Terraform 1.11 or later" in done.stderr
    assert not (clone.folder / ".local").exists()
