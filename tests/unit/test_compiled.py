"""An archive of modules runs as before, without compiling them, and shows their sources."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from scripts.supply import compiled

pytestmark = pytest.mark.unit
PROGRAM = """
import linecache, part.one as one
print(one.word, one.__file__, linecache.getline(one.__file__, 1, vars(one)))
"""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    made = tmp_path / "lib/python3.11/site-packages/pyspark/python/lib/pyspark.zip"
    made.parent.mkdir(parents=True)
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("part/__init__.py", "")
        file.writestr("part/one.py", "word = 'here'\n")
        file.writestr("part/broken.py", "this is no Python\n")
        file.writestr("part/data.txt", "data")
    return made


def imported(archive: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env={"PYTHONPATH": str(archive)}, capture_output=True, text=True
    )
    return done.stdout + done.stderr


def test_modules_are_there_compiled_and_as_source(archive: Path, tmp_path: Path) -> None:
    compiled.compile_archives(tmp_path)
    assert imported(archive).split() == ["here", f"{archive}/part/one.pyc", "word", "=", "'here'"]
    with zipfile.ZipFile(archive) as file:
        names = {name for name in file.namelist() if not name.endswith("/")}
        assert file.read("part/data.txt") == b"data"
    compiled_too = {"part/__init__.pyc", "part/one.pyc"}
    assert names == {"part/__init__.py", "part/one.py", "part/broken.py", "part/data.txt"} | compiled_too


def test_another_name_of_the_same_file_keeps_its_content(archive: Path, tmp_path: Path) -> None:
    cached = tmp_path / "cache.zip"
    cached.hardlink_to(archive)
    before = cached.read_bytes()
    compiled.compile_archives(tmp_path)
    assert cached.read_bytes() == before


def test_a_second_time_changes_nothing(archive: Path, tmp_path: Path) -> None:
    compiled.compile_archives(tmp_path)
    once = imported(archive)
    compiled.compile_archives(tmp_path)
    assert imported(archive) == once
    assert [path.name for path in archive.parent.iterdir()] == ["pyspark.zip"]
