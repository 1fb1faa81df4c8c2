"""The layer of faults fails when the faults missed their runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.base.paths import TOP

pytestmark = pytest.mark.unit

CONFTEST = """
from tests.kit.faults.tally import Tally

def pytest_configure(config):
    config.pluginmanager.register(Tally())
"""
LAYER = """
import pytest

@pytest.mark.parametrize("number", range({total}))
def test_struck_run(number, record_property):
    struck = number >= {missed}
    record_property("struck", struck)
    if not struck:
        pytest.skip("nothing to strike")

def test_of_another_kind():
    pass
"""


@pytest.mark.parametrize(
    ("missed", "total", "code", "text"),
    [
        (0, 8, 0, "9 passed"),
        (1, 8, 0, "8 passed, 1 skipped"),
        (2, 8, 1, "2 of 8 faults did not strike"),
        (10, 100, 0, "91 passed, 10 skipped"),
        (11, 100, 1, "11 of 100 faults did not strike"),
        (1, 1, 1, "None of 1 faults struck"),
        (8, 8, 1, "None of 8 faults struck"),
    ],
)
def test_missed_faults_fail_the_layer(tmp_path: Path, missed: int, total: int, code: int, text: str) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_layer.py").write_text(LAYER.format(missed=missed, total=total))
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--rootdir={tmp_path}", "test_layer.py"]
    done = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(TOP)}, capture_output=True, text=True)
    assert (done.returncode, text in done.stdout) == (code, True), done.stdout
