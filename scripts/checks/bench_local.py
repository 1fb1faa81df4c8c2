"""`make bench SCENARIOS=local`: how long a user waits for the local environment and for a run on the sample data.

It types the targets as a user does, in an environment of its own, which it removes. bench/README.md says what each
figure is.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

import click

from scripts.base.console import say, step
from scripts.base.errors import CommandError
from scripts.base.paths import LOCAL
from scripts.base.processes import run_foreground
from scripts.environment import lifecycle, snapshots, warm
from scripts.environment.instance import Instance, Ports

# The job's first word about the data. Before it `make run` shows the run's state only.
_FIRST_ROWS = '"event": "rejected_lines"'


@dataclass(frozen=True)
class Bar:
    """A row of the table. `most` is in seconds, and `ratio` is to the median of `against`."""

    what: str
    seconds: Sequence[float]
    against: Sequence[float] = ()
    most: float | None = None
    ratio: float | None = None


@dataclass(frozen=True)
class Measured:
    """Seconds of one `make run`: until its first rows, until its end, and from StartJobRun to SUCCEEDED."""

    first_rows: float
    whole: float
    run: float


def run() -> int:
    """Measures and shows the medians. Returns 1 when BARS=1 and one of them is missed."""
    times, runs = _number("REPEAT", "3"), _number("RUNS", "10")
    instance = lifecycle.new(LOCAL / f"bench-local-{os.getpid()}", Ports.free())
    user, snapshot = _User(instance), f"bench-local-{os.getpid()}"
    try:
        first = [user.make("local-up")]
        downs, ups = zip(*((user.make("local-down"), user.make("local-up")) for _ in range(times)), strict=True)
        user.make("snapshot", f"NAME={snapshot}")
        restores = [user.make("restore", f"NAME={snapshot}") for _ in range(times)]
        user.make("run")  # the rows of the samples are in the table from now on
        warm, cold = _in_turns(user, runs)
    finally:
        lifecycle.remove(instance)
        snapshots.remove(snapshot)
    cold_runs = [each.run for each in cold]
    bars = [
        Bar("local-up, first", first),
        Bar("local-down", downs, first),
        Bar("local-up after local-down", ups, first, most=12, ratio=0.12),
        Bar("restore of a snapshot", restores, first, most=8),
        Bar("make run, until its first rows", [each.first_rows for each in warm], most=6),
        Bar("the same, WARM=0", [each.first_rows for each in cold]),
        Bar("make run", [each.whole for each in warm], [each.whole for each in cold]),
        Bar("StartJobRun to SUCCEEDED, WARM=0", cold_runs),
        Bar("StartJobRun to SUCCEEDED, warm", [each.run for each in warm], cold_runs, ratio=0.45),
    ]
    missed = _shown(bars)
    return int(missed and os.environ.get("BARS") == "1")


def _in_turns(user: _User, runs: int) -> tuple[list[Measured], list[Measured]]:
    """Returns `runs` runs in a JVM that waited and as many in JVMs of their own, half of each before the other half."""
    warm: list[Measured] = []
    cold: list[Measured] = []
    for part in (runs - runs // 2, runs // 2):
        for found, value in ((warm, ""), (cold, "0")):
            user.make("local-down")
            user.make("local-up", WARM=value)
            for _ in range(part):
                if value != "0":
                    user.wait_warm()
                found.append(user.run())
    return warm, cold


def _number(name: str, default: str) -> int:
    text = os.environ.get(name) or default
    if not text.isdecimal() or int(text) == 0:
        raise click.UsageError(f"{name}={text} is not a number of times")
    return int(text)


def _shown(bars: Sequence[Bar]) -> bool:
    """Shows a row for each bar. Returns whether one was missed."""
    missed = False
    say(f"{'seconds':<34}{'median':>8}{'fastest':>9}{'slowest':>9}{'ratio':>8}  bar")
    for bar in bars:
        median = statistics.median(bar.seconds)
        ratio = median / statistics.median(bar.against) if bar.against else None
        wanted = [f"≤ {bar.most:g} s"] if bar.most else []
        wanted += [f"ratio ≤ {bar.ratio:g}"] if bar.ratio else []
        kept = (bar.most is None or median <= bar.most) and (bar.ratio is None or ratio is None or ratio <= bar.ratio)
        missed |= not kept
        verdict = f"{', '.join(wanted)}: {'kept' if kept else 'missed'}" if wanted else ""
        figures = f"{median:>8.1f}{min(bar.seconds):>9.1f}{max(bar.seconds):>9.1f}"
        say(f"{bar.what:<34}{figures}{'' if ratio is None else f'{ratio:.2f}':>8}  {verdict}".rstrip())
    return missed


class _User:
    def __init__(self, instance: Instance) -> None:
        ports = {name: str(number) for name, number in instance.ports.by_variable().items()}
        self._instance = instance
        self._environment = {**os.environ, **ports, "LETRUS_INSTANCE": str(instance.folder)}

    def make(self, *words: str, **variables: str) -> float:
        """Types a target and returns its seconds."""
        return self._typed(*words, **variables)[1]

    def run(self) -> Measured:
        """Types `make run`."""
        first_rows, whole = self._typed("run")
        glue = self._instance.client("glue")
        [name] = glue.list_jobs()["JobNames"]
        last = max(glue.get_job_runs(JobName=name)["JobRuns"], key=lambda each: each["StartedOn"])
        return Measured(first_rows, whole, (last["CompletedOn"] - last["StartedOn"]).total_seconds())

    def wait_warm(self) -> None:
        """Returns when a JVM waits for the next run."""
        with step("waiting for the JVM to be warm"):
            warm.until_ready(self._instance)

    def _typed(self, *words: str, **variables: str) -> tuple[float, float]:
        typed = f"make {' '.join([*words, *(f'{name}={value}' for name, value in variables.items())])}"
        said: list[str] = []
        rows: list[float] = []
        began = time.monotonic()

        def hear(line: str) -> None:
            said.append(line)
            if _FIRST_ROWS in line:
                rows.append(time.monotonic() - began)

        with step(typed):
            code = run_foreground(["make", *words], {**self._environment, **variables}, on_line=hear)
        if code:
            raise CommandError(
                f"{typed} failed:\n{''.join(said[-30:])}",
                "correct what the output names, then `make bench SCENARIOS=local`",
            )
        return rows[0] if rows else 0.0, time.monotonic() - began
