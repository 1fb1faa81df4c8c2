"""The bars for the job: ratios of medians of one run, on the same data and database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.results import Median

GRADES = 1_000_000  # the bars are for this size; at another size the fixed costs have another share


@dataclass(frozen=True)
class Figure:
    """The name of one measured value: contestant, scenario and measure."""

    contestant: str
    scenario: str
    measure: str


@dataclass(frozen=True)
class Bar:
    """`ours` may be at most `limit` times `theirs`, or at most `limit` without `theirs`. None sets no bar."""

    what: str
    ours: Figure
    theirs: Figure | None
    limit: float | None


def _whole(what: str, scenario: str, against: str, limit: float | None) -> Bar:
    return Bar(what, Figure("job", scenario, "seconds"), Figure(against, scenario, "seconds"), limit)


BARS = (
    Bar(
        "staging write, from the Parquet's end, against COPY into an unlogged table",
        Figure("job", "first_load", "staging_seconds"),
        Figure("copy", "first_load", "copy_seconds"),
        1.2,
    ),
    Bar(
        "the same, from the first COPY's start",
        Figure("job", "first_load", "copy_seconds"),
        Figure("copy", "first_load", "copy_seconds"),
        None,
    ),
    Bar(
        "merge of unchanged rows, against unconditional ON CONFLICT",
        Figure("job", "unchanged", "merge_seconds"),
        Figure("copy-upsert", "unchanged", "merge_seconds"),
        0.25,
    ),
    Bar("table growth of an unchanged re-run, bytes", Figure("job", "unchanged", "table_growth_bytes"), None, 0),
    _whole("whole job, first load, against DuckDB", "first_load", "duckdb", 1.7),
    _whole("whole job, unchanged re-run, against DuckDB", "unchanged", "duckdb", 2.0),
    _whole("whole job, first load, against Polars", "first_load", "polars", None),
    _whole("whole job, first load, against Spark JDBC + ON CONFLICT", "first_load", "spark-jdbc", 0.55),
    _whole("whole job, unchanged re-run, against Spark JDBC + ON CONFLICT", "unchanged", "spark-jdbc", 0.45),
    _whole("whole job, 10 % changed, against Spark JDBC + ON CONFLICT", "changed", "spark-jdbc", 0.4),
)


@dataclass(frozen=True)
class Verdict:
    """The result of one bar. `value` is the ratio, or our value without `theirs`; None when a side was not measured.

    `passed` is None without a bar or a value, and for data of another size than `GRADES`.
    """

    bar: Bar
    value: float | None
    passed: bool | None


def judge(medians: Sequence[Median], grades: int) -> list[Verdict]:
    """A verdict for each of `BARS`, in their order. `grades` is the number of lines of notas.csv."""
    measured = {(each.contestant, each.scenario): each.values for each in medians}

    def value(figure: Figure) -> float | None:
        return measured.get((figure.contestant, figure.scenario), {}).get(figure.measure)

    verdicts = []
    for bar in BARS:
        result = value(bar.ours)
        if bar.theirs is not None:
            theirs = value(bar.theirs)
            result = result / theirs if result is not None and theirs else None
        if grades != GRADES or result is None or bar.limit is None:
            verdicts.append(Verdict(bar, result, None))
        else:
            verdicts.append(Verdict(bar, result, result <= bar.limit))
    return verdicts


def cleared(verdicts: Sequence[Verdict]) -> bool:
    """Whether no bar was missed."""
    return all(verdict.passed is not False for verdict in verdicts)
