"""The measurements: one run of one contestant, and the medians over the rounds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from statistics import median


@dataclass(frozen=True)
class Run:
    """One run: seconds of wall clock, bytes, and the seconds of each stage, None where the server's log has none."""

    scenario: str
    round: int
    contestant: str
    seconds: float
    peak_bytes: int
    wal_bytes: int
    table_growth_bytes: int
    staging_seconds: float | None
    copy_seconds: float | None
    merge_seconds: float | None


MEASURES = tuple(field.name for field in fields(Run) if field.name not in ("scenario", "round", "contestant"))


@dataclass(frozen=True)
class Median:
    """Medians over the rounds of one contestant in one scenario, and the fastest and slowest round's seconds."""

    scenario: str
    contestant: str
    rounds: int
    values: dict[str, float | None]
    fastest: float
    slowest: float


def medians(runs: Iterable[Run]) -> list[Median]:
    """In the order in which scenarios and contestants first appear."""
    groups: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        groups.setdefault((run.scenario, run.contestant), []).append(run)
    return [
        Median(
            scenario,
            contestant,
            len(group),
            {name: _median([getattr(run, name) for run in group]) for name in MEASURES},
            min(run.seconds for run in group),
            max(run.seconds for run in group),
        )
        for (scenario, contestant), group in groups.items()
    ]


def _median(values: list[float | None]) -> float | None:
    seen = [value for value in values if value is not None]
    return median(seen) if seen else None
