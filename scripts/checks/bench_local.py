"""`make bench-local`: how long a user waits for the local environment and for a run on the sample data.

It types the targets as a user does, in an environment of its own, which it removes. bench/README.md says what each
figure is.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass

import click

from scripts.base.console import say, step
from scripts.base.errors import CommandError
from scripts.base.paths import LOCAL, TOP
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
        ports = {
            "LOCALSTACK_PORT": instance.ports.localstack,
            "POSTGRES_PORT": instance.ports.postgres,
            "WORKER_PORT": instance.ports.worker,
        }
        numbers = {name: str(number) for name, number in ports.items()}
        self._environment = {**os.environ, **numbers, "LETRUS_INSTANCE": str(instance.folder)}

    def make(self, *words: str) -> float:
        """Types a target and returns its seconds."""
        with step(f"make {' '.join(words)}"):
            return self._typed(words)[1]

    def run(self) -> tuple[float, float]:
        """Types `make run`. Returns the seconds until its first rows, and until its end."""
        with step("make run"):
            return self._typed(["run"])

    def _typed(self, words: Sequence[str]) -> tuple[float, float]:
        began, first, said = time.monotonic(), 0.0, ""
        with subprocess.Popen(
            ["make", *words],
            cwd=TOP,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            assert process.stdout
            for line in process.stdout:
                said += line
                if not first and _FIRST_ROWS in line:
                    first = time.monotonic() - began
        if process.returncode:
            raise CommandError(f"make {' '.join(words)} failed:\n{said[-2000:]}", "mend it first")
        return first, time.monotonic() - began
