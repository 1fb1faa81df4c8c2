"""Counts how much of scripts/ the layers run, in every process of the virtual environment `tools`.

Only `make test` measures. A single layer runs without the cost of measuring, `make e2e` above all.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from scripts.base.console import out
from scripts.base.paths import LOCAL
from scripts.checks.shown import run_shown

FOLDER = LOCAL / "coverage"
_COVERAGE: list[str | Path] = [Path(sys.executable), "-m", "coverage"]


def start() -> None:
    """Makes `pytest` return a measured command from now on, and forgets earlier counts."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    # coverage reads the variable. Each process writes a file of its own beside this name.
    os.environ["COVERAGE_FILE"] = str(FOLDER / "data")


def pytest() -> list[str | Path]:
    """Returns the command that runs pytest in this virtual environment."""
    measured = os.environ.get("COVERAGE_FILE") == str(FOLDER / "data")
    return [*_COVERAGE, "run", "-m", "pytest"] if measured else [Path(sys.executable), "-m", "pytest"]


def report() -> None:
    """Shows what share of each file in scripts/ the layers ran. Shows nothing when no layer was measured."""
    if not any(FOLDER.iterdir()):
        return
    out.rule("coverage of scripts/")
    for arguments in (["combine", "--quiet"], ["report", "--skip-covered", "--skip-empty"]):
        run_shown([*_COVERAGE, *arguments], {})
