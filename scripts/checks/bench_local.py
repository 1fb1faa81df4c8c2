"""`make bench-local`: how long a user waits for the local environment and for a run on the sample data.

It types the targets as a user does, in an environment of its own, which it removes. bench/README.md says what each
figure is.
"""

from __future__ import annotations

import os
import shutil
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

import click

from scripts.base.console import say, step
from scripts.base.errors import CommandError
from scripts.base.paths import LOCAL
from scripts.base.processes import run_foreground
from scripts.environment import lifecycle, snapshots
from scripts.environment.instance import Instance, Ports

# The job's first word about the data. Before it `make run` shows the run's state only.
_FIRST_ROWS = '"event": "rejected_lines"'


@dataclass(frozen=True)
class Bar:
    """A row of the table. `most` is in seconds; `ratio` is to the first `make local-up`."""

    what: str
    seconds: Sequence[float]
    most: float | None = None
    ratio: float | None = None


def run() -> int:
    """Measures and shows the medians. Returns 1 when BARS=1 and one of them is missed."""
    times, runs = _number("REPEAT", "3"), _number("RUNS", "10")
    instance = lifecycle.new(LOCAL / f"bench-local-{os.getpid()}", Ports.free())
    user, snapshot = _User(instance), f"bench-local-{os.getpid()}"
    try:
        first = user.make("local-up")
        downs, ups = zip(*((user.make("local-down"), user.make("local-up")) for _ in range(times)), strict=True)
        user.make("snapshot", f"NAME={snapshot}")
        restores = [user.make("restore", f"NAME={snapshot}") for _ in range(times)]
        user.make("run")  # the rows of the samples are in the table from now on
        measured = [user.run() for _ in range(runs)]
    finally:
        lifecycle.remove(instance)
        shutil.rmtree(snapshots.FOLDER / snapshot, ignore_errors=True)
    bars = [
        Bar("local-up, first", [first]),
        Bar("local-down", downs),
        Bar("local-up after local-down", ups, most=12, ratio=0.12),
        Bar("restore of a snapshot", restores, most=8),
        Bar("make run, until its first rows", [rows for rows, _ in measured], most=6),
        Bar("make run", [whole for _, whole in measured]),
    ]
    missed = _shown(bars, first)
    return int(missed and os.environ.get("BARS") == "1")


def _number(name: str, default: str) -> int:
    text = os.environ.get(name) or default
    if not text.isdecimal() or int(text) == 0:
        raise click.UsageError(f"{name}={text} is not a number of times")
    return int(text)


def _shown(bars: Sequence[Bar], first: float) -> bool:
    """Shows a row for each bar. Returns whether one was missed."""
    missed = False
    say(f"{'seconds':<32}{'median':>8}{'fastest':>9}{'slowest':>9}{'to first':>10}  bar")
    for bar in bars:
        median = statistics.median(bar.seconds)
        wanted = [f"≤ {bar.most:g} s"] if bar.most else []
        wanted += [f"≤ {bar.ratio:g} of the first"] if bar.ratio else []
        kept = (bar.most is None or median <= bar.most) and (bar.ratio is None or median <= bar.ratio * first)
        missed |= not kept
        verdict = f"{', '.join(wanted)}: {'kept' if kept else 'missed'}" if wanted else ""
        figures = f"{median:>8.1f}{min(bar.seconds):>9.1f}{max(bar.seconds):>9.1f}{median / first:>10.2f}"
        say(f"{bar.what:<32}{figures}  {verdict}".rstrip())
    return missed


class _User:
    def __init__(self, instance: Instance) -> None:
        ports = {name: str(number) for name, number in instance.ports.by_variable().items()}
        self._environment = {**os.environ, **ports, "LETRUS_INSTANCE": str(instance.folder)}

    def make(self, *words: str) -> float:
        """Types a target and returns its seconds."""
        return self._typed(*words)[1]

    def run(self) -> tuple[float, float]:
        """Types `make run`. Returns the seconds until its first rows, and until its end."""
        return self._typed("run")

    def _typed(self, *words: str) -> tuple[float, float]:
        typed = f"make {' '.join(words)}"
        said: list[str] = []
        rows: list[float] = []
        began = time.monotonic()

        def hear(line: str) -> None:
            said.append(line)
            if _FIRST_ROWS in line:
                rows.append(time.monotonic() - began)

        with step(typed):
            code = run_foreground(["make", *words], self._environment, on_line=hear)
        if code:
            raise CommandError(f"{typed} failed:\n{''.join(said[-30:])}", "mend it first")
        return rows[0] if rows else 0.0, time.monotonic() - began
