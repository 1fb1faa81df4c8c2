"""The results as Markdown and JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from bench.bars import GRADES, Verdict
from bench.results import Median, Run

_TITLES = {"first_load": "First load", "unchanged": "Unchanged re-run", "changed": "10 % of the grades changed"}
_HEAD = (
    "contestant", "seconds", "(fastest–slowest)", "against job", "peak MB", "WAL MB", "growth MB", "staging s",
    "COPY s", "merge s",
)  # fmt: skip


@dataclass(frozen=True)
class Report:
    """All of one benchmark. `settings` has the options, `contestants` maps a name to what it does."""

    settings: Mapping[str, object]
    machine: Mapping[str, str]
    database: Mapping[str, str]
    contestants: Mapping[str, str]
    runs: Sequence[Run]
    medians: Sequence[Median]
    verdicts: Sequence[Verdict]


def as_json(report: Report) -> dict[str, object]:
    """Ready for json.dumps."""
    verdicts = [
        {
            "what": verdict.bar.what,
            "value": verdict.value,
            "is_ratio": verdict.bar.theirs is not None,
            "bar": verdict.bar.limit,
            "passed": verdict.passed,
        }
        for verdict in report.verdicts
    ]
    return {
        "settings": dict(report.settings),
        "machine": dict(report.machine),
        "database": dict(report.database),
        "contestants": dict(report.contestants),
        "bars": verdicts,
        "medians": [asdict(each) for each in report.medians],
        "runs": [asdict(run) for run in report.runs],
    }


def as_markdown(report: Report) -> str:
    """The bars, then one table for each scenario, then the machine."""
    parts = [_settings(report), verdict_table(report.verdicts)]
    for scenario in dict.fromkeys(each.scenario for each in report.medians):
        rows = [each for each in report.medians if each.scenario == scenario]
        parts.append(f"### {_TITLES.get(scenario, scenario)}\n\n{scenario_table(rows)}")
    parts.append("\n".join(f"* `{name}`: {what}" for name, what in report.contestants.items()))
    described = [*report.machine.items(), *((f"PostgreSQL {name}", value) for name, value in report.database.items())]
    parts.append(_table(("what", "it ran on"), described))
    return "\n\n".join(parts) + "\n"


def verdict_table(verdicts: Sequence[Verdict]) -> str:
    rows = []
    for verdict in verdicts:
        decimals = 2 if verdict.bar.theirs else 0
        limit = verdict.bar.limit
        unknown = "not measured" if verdict.value is None else f"a bar for {GRADES} grades"
        passed = {True: "PASS", False: "FAIL", None: "" if limit is None else unknown}[verdict.passed]
        bar = "" if limit is None else f"≤ {limit:g}"
        rows.append((verdict.bar.what, _number(verdict.value, decimals), bar, passed))
    return _table(("ratio", "value", "bar", ""), rows)


def scenario_table(medians: Sequence[Median]) -> str:
    job = next((each.values["seconds"] for each in medians if each.contestant == "job"), None)
    rows = []
    for each in medians:
        values = each.values
        seconds = values["seconds"]
        rows.append(
            (
                each.contestant,
                _number(seconds, 2),
                f"{each.fastest:.2f}–{each.slowest:.2f}",
                _number(seconds / job if job and seconds is not None else None, 2),
                _number(_mega(values["peak_bytes"]), 0),
                _number(_mega(values["wal_bytes"]), 1),
                _number(_mega(values["table_growth_bytes"]), 1),
                *(_number(values[f"{name}_seconds"], 2) for name in ("staging", "copy", "merge")),
            )
        )
    return _table(_HEAD, rows)


def _settings(report: Report) -> str:
    return ", ".join(f"{name} {value}" for name, value in report.settings.items())


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in (head, *rows)]
    return "\n".join([lines[0], "|" + "---|" * len(head), *lines[1:]])


def _mega(value: float | None) -> float | None:
    return None if value is None else value / 1e6


def _number(value: float | None, decimals: int) -> str:
    return "" if value is None else f"{value:.{decimals}f}"
