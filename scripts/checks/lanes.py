"""Runs layers of checks beside each other: most of a layer's time is waiting, for Terraform above all.

Each layer runs in a process of its own and writes a log. A failed layer's log is shown whole when the layer ends.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from scripts.base.console import heartbeat, out, say, show
from scripts.base.errors import CommandError
from scripts.base.paths import LOCAL, TOP, relative

MEMORY_OF_A_LANE = 5 * 2**30  # bytes: two environments, each with a JVM
LOGS = LOCAL / "test-logs"
PROGRAM = (sys.executable, "-m", "scripts", "test")  # a layer's name follows


@dataclass(frozen=True)
class Ended:
    """A layer that has ended: its exit code and how long it took."""

    layer: str
    code: int
    seconds: float


def count() -> int:
    """Returns how many layers run at once: LANES, or two where the machine has two cores and memory for both.

    Raises:
        CommandError: LANES is not a number from 1.
    """
    if wanted := os.environ.get("LANES"):
        if not wanted.isdecimal() or wanted == "0":
            raise CommandError(f"LANES={wanted} is not a number of layers", "give 1, or 2 for two layers at once")
        return int(wanted)
    roomy = psutil.virtual_memory().available >= 2 * MEMORY_OF_A_LANE
    return 2 if roomy and (os.cpu_count() or 1) > 1 else 1


class Lanes:
    """Runs layers, `lanes` of them at once, in the order given."""

    def __init__(self, layers: Sequence[str], lanes: int, logs: Path = LOGS, program: Sequence[str] = PROGRAM) -> None:
        self._left = deque(layers)
        self._lanes = lanes
        self._logs = logs
        self._program = program
        self._lock = threading.Lock()
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._ended: list[Ended] = []

    def run(self) -> list[Ended]:
        """Returns how each layer ended. An interrupt ends the running ones, and each removes its environment."""
        self._logs.mkdir(parents=True, exist_ok=True)
        threads = [threading.Thread(target=self._lane, name=f"lane-{n}") for n in range(self._lanes)]
        with heartbeat(self._under_way):
            for thread in threads:
                thread.start()
            try:
                _join(threads)
            except KeyboardInterrupt:
                self._interrupt()
                _join(threads)
                raise
        return self._ended

    def _lane(self) -> None:
        while True:
            with self._lock:
                if not self._left:
                    return
                layer = self._left.popleft()
                log = self._logs / f"{layer}.log"
                began = time.monotonic()
                with log.open("wb") as file:
                    process = subprocess.Popen(
                        [*self._program, layer],
                        cwd=TOP,
                        stdin=subprocess.DEVNULL,
                        stdout=file,
                        stderr=subprocess.STDOUT,
                        process_group=0,  # Ctrl-C reaches it once, from here
                    )
                self._running[layer] = process
            say(f"{layer} begins; its log is {relative(log)}")
            code = process.wait()
            with self._lock:
                del self._running[layer]
                ended = Ended(layer, code, time.monotonic() - began)
                self._ended.append(ended)
            self._tell(ended, log)

    def _tell(self, ended: Ended, log: Path) -> None:
        say(f"{ended.layer} {'passed' if ended.code == 0 else 'FAILED'} after {ended.seconds:.0f} s")
        if ended.code:
            out.rule(f"log of {ended.layer}")
            show("".join(line for line in _lines(log) if not line.startswith("  … ")))
            out.rule(f"end of the log of {ended.layer}")

    def _under_way(self) -> str:
        with self._lock:
            return "; ".join(f"{layer}: {_last_line(self._logs / f'{layer}.log')}" for layer in self._running)

    def _interrupt(self) -> None:
        with self._lock:
            self._left.clear()
            for process in self._running.values():
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGINT)


def _join(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.join()


def _lines(log: Path) -> list[str]:
    return log.read_text(errors="replace").splitlines(keepends=True)


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in _lines(log) if line.strip()]
    return re.sub(r"^… | \(\d+ s\)$", "", lines[-1]) if lines else "begins"
