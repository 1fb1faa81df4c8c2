"""The benchmark as a user types it, at a size at which it says nothing about speed."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import psutil
import pytest

from scripts.base.paths import LOCAL, TOP

pytestmark = pytest.mark.bench
RESULTS = TOP / "bench" / "results"


def bench(**variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "REPEAT": "1", **variables}
    command = ["make", "--no-print-directory", "bench"]
    return subprocess.run(command, cwd=TOP, env=environment, capture_output=True, text=True)


def measured(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """What the benchmark wrote; its files are removed, so that a test leaves no results."""
    assert done.returncode == 0, done.stdout + done.stderr
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("written to ")]
    path = TOP / line.split()[2]
    result: dict[str, Any] = json.loads(path.with_suffix(".json").read_text())
    assert path.read_text() in done.stdout
    for suffix in (".md", ".json"):
        path.with_suffix(suffix).unlink()
    return result


def left_behind() -> list[Path | str]:
    """Folders of a benchmark, and processes that work in one."""
    folders = list(LOCAL.glob("bench-[0-9]*"))
    working = [
        process.info["name"]
        for process in psutil.process_iter(["name", "cwd", "cmdline"])
        if f"{LOCAL}/bench-" in f"{process.info['cwd']} {process.info['cmdline']}"
    ]
    return [*folders, *working]


def test_job_and_peers_fill_an_empty_table_alike() -> None:
    result = measured(bench(N="2000", SCENARIOS="first_load"))
    assert {run["contestant"] for run in result["runs"]} == {
        "job", "duckdb", "polars", "spark-jdbc", "copy", "copy-insert",
    }  # fmt: skip
    for run in result["runs"]:
        assert run["seconds"] > 0 and run["wal_bytes"] > 0
        assert (run["table_growth_bytes"] > 0) == (run["contestant"] != "copy")
    peak = {run["contestant"]: run["peak_bytes"] for run in result["runs"]}
    assert peak["job"] > 200e6 > peak["duckdb"] > 10e6  # the tree of spark-submit, not its first process alone
    assert left_behind() == []


def test_peers_leave_dirty_lines_out_and_change_what_changed() -> None:
    """The benchmark itself compares their tables with the rows that the generator means, and fails on any other."""
    result = measured(
        bench(N="20000", DIRTY="9", SCENARIOS="unchanged,changed", CONTESTANTS="duckdb,polars,copy-merge,copy-upsert")
    )
    growth = {(run["scenario"], run["contestant"]): run["table_growth_bytes"] for run in result["runs"]}
    assert {each for (scenario, _), each in growth.items() if scenario == "unchanged"} > {0}
    assert growth["unchanged", "copy-merge"] == growth["unchanged", "duckdb"] == growth["unchanged", "polars"] == 0
    assert growth["unchanged", "copy-upsert"] > growth["changed", "copy-merge"] > 0


def test_a_name_that_nobody_has_is_refused_with_those_that_there_are() -> None:
    done = bench(CONTESTANTS="pandas")
    assert done.returncode != 0
    assert "pandas: not one of job, duckdb" in done.stderr
    assert left_behind() == []
