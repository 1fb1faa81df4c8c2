"""The benchmark's ratios, verdicts and tables, computed from made-up runs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bench import bars, report, serverlog
from bench.results import Run, medians

pytestmark = pytest.mark.unit


def run(contestant: str, scenario: str = "first_load", number: int = 0, **values: Any) -> Run:
    measures: dict[str, Any] = {
        "seconds": 1.0,
        "peak_bytes": 0,
        "wal_bytes": 0,
        "table_growth_bytes": 0,
        "staging_seconds": None,
        "copy_seconds": None,
        "merge_seconds": None,
    }
    return Run(scenario, number, contestant, **{**measures, **values})


def verdict(runs: list[Run], words: str, grades: int = bars.GRADES) -> tuple[float | None, bool | None]:
    """Returns value and outcome of the one bar whose text has `words`."""
    (found,) = [each for each in bars.judge(medians(runs), grades) if words in each.bar.what]
    return found.value, found.passed


def test_median_over_the_rounds_of_each_contestant_and_scenario() -> None:
    seconds = [9.0, 1.0, 2.0]
    runs = [run("job", number=number, seconds=value) for number, value in enumerate(seconds)]
    runs += [run("duckdb", seconds=5.0), run("job", "unchanged", seconds=7.0)]
    found = {(each.scenario, each.contestant): each for each in medians(runs)}
    assert {key: each.values["seconds"] for key, each in found.items()} == {
        ("first_load", "job"): 2.0,
        ("first_load", "duckdb"): 5.0,
        ("unchanged", "job"): 7.0,
    }
    assert (found["first_load", "job"].fastest, found["first_load", "job"].slowest) == (1.0, 9.0)


@pytest.mark.parametrize(("ours", "passed"), [(17.0, True), (17.1, False)])
def test_whole_job_may_take_longer_than_duckdb(ours: float, passed: bool) -> None:
    value, outcome = verdict([run("job", seconds=ours), run("duckdb", seconds=10.0)], "first load, against DuckDB")
    assert value == pytest.approx(ours / 10)
    assert outcome is passed


@pytest.mark.parametrize(("growth", "passed"), [(0, True), (8192, False)])
def test_not_a_byte_of_growth_is_allowed(growth: int, passed: bool) -> None:
    assert verdict([run("job", "unchanged", table_growth_bytes=growth)], "growth") == (growth, passed)


def test_merge_is_compared_in_the_unchanged_re_run() -> None:
    runs = [
        run("job", "unchanged", merge_seconds=2.0),
        run("job", "changed", merge_seconds=90.0),
        run("copy-upsert", "unchanged", merge_seconds=10.0),
    ]
    ratio, met = verdict(runs, "merge of unchanged")
    assert ratio == pytest.approx(0.2) and met


def test_without_the_other_side_there_is_no_verdict() -> None:
    assert verdict([run("job")], "first load, against DuckDB") == (None, None)
    assert verdict([run("job"), run("duckdb")], "unchanged re-run, against Spark JDBC") == (None, None)


def test_bars_are_for_their_size_only() -> None:
    value, outcome = verdict([run("job", seconds=30.0), run("duckdb")], "first load, against DuckDB", grades=2000)
    assert (value, outcome) == (30.0, None)


def test_one_missed_bar_is_enough() -> None:
    good = [run("job"), run("duckdb")]
    assert bars.cleared(bars.judge(medians(good), bars.GRADES))
    assert not bars.cleared(bars.judge(medians([run("job", seconds=2.1), run("duckdb")]), bars.GRADES))


def made(runs: list[Run]) -> report.Report:
    middle = medians(runs)
    verdicts = bars.judge(middle, bars.GRADES)
    return report.Report(
        {"grades": 1_000_000}, {"memory": "24 GiB"}, {"ssl": "on"}, {"job": "ours"}, runs, middle, verdicts
    )


def cells(markdown: str, first: str) -> list[str]:
    """Returns the cells of the one row that begins with `first`, without its first cell."""
    (row,) = [line for line in markdown.splitlines() if line.startswith(f"| {first} |")]
    return [cell.strip() for cell in row.strip("|").split("|")][1:]


def test_markdown_has_verdicts_ratios_and_the_machine() -> None:
    text = report.as_markdown(
        made([run("job", seconds=20.0, peak_bytes=1_500_000_000, wal_bytes=250_000), run("duckdb", seconds=8.0)])
    )
    assert cells(text, "whole job, first load, against DuckDB") == ["2.50", "≤ 1.7", "FAIL"]
    assert cells(text, "whole job, unchanged re-run, against DuckDB") == ["", "≤ 2", "not measured"]
    assert cells(text, "table growth of an unchanged re-run, bytes") == ["", "≤ 0", "not measured"]
    assert cells(text, "job")[:6] == ["20.00", "20.00–20.00", "1.00", "1500", "0.2", "0.0"]
    assert cells(text, "duckdb")[:3] == ["8.00", "8.00–8.00", "0.40"]
    assert cells(text, "memory") == ["24 GiB"]
    assert cells(text, "PostgreSQL ssl") == ["on"]


def test_json_has_every_run_and_every_bar() -> None:
    runs = [run("job", number=number) for number in range(3)]
    written = json.loads(json.dumps(report.as_json(made(runs))))
    assert [each["round"] for each in written["runs"]] == [0, 1, 2]
    assert len(written["bars"]) == len(bars.BARS)


def at(second: float) -> datetime:
    return datetime(2026, 1, 1, 10, tzinfo=UTC) + timedelta(seconds=second)


def test_stages_by_the_servers_log() -> None:
    """Two connections copy at the same time. The merge is two statements, one of several lines."""
    log = """\
2026-01-01 10:00:00.000 UTC [7] LOG:  checkpoint starting: time
2026-01-01 10:00:01.000 UTC [7] LOG:  duration: 30.000 ms  statement: CREATE UNLOGGED TABLE "staging" AS SELECT 1
2026-01-01 10:00:03.000 UTC [8] LOG:  duration: 1000.000 ms  statement: COPY "staging" ("a") FROM STDIN
2026-01-01 10:00:04.500 UTC [9] LOG:  duration: 2200.000 ms  statement: COPY "staging" ("a") FROM STDIN
2026-01-01 10:00:05.000 UTC [7] LOG:  duration: 40.000 ms  statement: SELECT count(*) FROM "staging"
2026-01-01 10:00:09.000 UTC [7] LOG:  duration: 3500.000 ms  execute s1: SET x;
\tWITH changed AS (SELECT 1)
\tINSERT INTO t SELECT 1
2026-01-01 10:00:10.000 UTC [7] LOG:  duration: 900.000 ms  statement: DROP TABLE IF EXISTS "staging"
2026-01-01 10:00:10.000 UTC [7] ERROR:  nothing
"""
    found = serverlog.stages_of(log.splitlines(), at(1.5))
    assert found.staging == pytest.approx(3.0)
    assert found.copy == pytest.approx(2.5)
    assert found.merge == pytest.approx(3.54)
    assert serverlog.stages_of(log.splitlines(), None).staging is None


def test_stages_without_copy() -> None:
    log = """\
2026-01-01 10:00:02.000 UTC [7] LOG:  duration: 25.000 ms  execute <unnamed>: INSERT INTO peer_staging VALUES ($1)
2026-01-01 10:00:05.000 UTC [7] LOG:  duration: 2000.000 ms  statement: INSERT INTO t SELECT 1 ON CONFLICT DO NOTHING
"""
    found = serverlog.stages_of(log.splitlines(), at(1))
    assert found == serverlog.Stages(staging=2.0, copy=None, merge=2.0)


def test_a_log_without_slow_statements_shows_no_stage() -> None:
    assert serverlog.stages_of([], at(1)) == serverlog.Stages(None, None, None)
