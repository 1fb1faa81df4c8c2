"""Runs a program and measures it from outside: wall time from its start, and peak memory of its process tree."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.errors import ContestantError

SAMPLE_SECONDS = 0.1
# A process that ends at once is sampled densely enough, too: never is more than a fifth of its time unseen.
FIRST_SECONDS = 0.01
UNSEEN_SHARE = 0.2
# For PSS the kernel walks all pages of a process: 5 ms for a JVM of 230 MB. Sampling may cost a fiftieth of the time.
PAUSE_FACTOR = 50
# The proportional set size divides a page among the processes that map it. Only Linux has it.
MEMORY = "PSS" if psutil.LINUX else "RSS"


@dataclass(frozen=True)
class Measured:
    """`seconds` from the process's start to its end, `peak_bytes` of its tree (`MEMORY`, sampled)."""

    seconds: float
    peak_bytes: int


def run(command: Sequence[str | Path], environment: Mapping[str, str], log: Path, folder: Path) -> Measured:
    """Run `command` in `folder` to its end, with its output in `log`. An interrupt ends its whole tree.

    Raises:
        ContestantError: it failed. The message has the log's last lines.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command],
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            with _Sampler(process.pid) as sampler:
                code = process.wait()
                seconds = time.perf_counter() - began
        except BaseException:
            for each in reversed(_tree(process.pid)):
                _kill(each)
            process.wait()
            raise
    if code:
        tail = "\n    ".join(log.read_text(errors="replace").splitlines()[-30:])
        raise ContestantError(
            f"{log.stem} ended with exit code {code}; the end of its output:\n    {tail}",
            "correct what the output names; KEEP=1 keeps the whole log in .local/bench-logs/",
        )
    return Measured(seconds, sampler.peak_bytes)


class _Sampler:
    """A thread that watches a process tree while the block runs."""

    def __init__(self, pid: int) -> None:
        self.peak_bytes = 0
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="memory", daemon=True)

    def __enter__(self) -> _Sampler:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        start = time.perf_counter()
        while True:
            began = time.perf_counter()
            self.peak_bytes = max(self.peak_bytes, sum(map(_memory, _tree(self._pid))))
            ended = time.perf_counter()
            pause = max(SAMPLE_SECONDS, PAUSE_FACTOR * (ended - began))
            if self._over.wait(min(pause, max(FIRST_SECONDS, UNSEEN_SHARE * (ended - start)))):
                return


def _tree(pid: int) -> list[psutil.Process]:
    try:
        top = psutil.Process(pid)
        return [top, *top.children(recursive=True)]
    except psutil.Error:
        return []


def _memory(process: psutil.Process) -> int:
    try:
        if MEMORY == "RSS":
            return int(process.memory_info().rss)
        # The kernel's own sum. psutil walks the list of all mappings, which takes long for a JVM.
        text = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
        return 1024 * int(text.partition("\nPss:")[2].split(maxsplit=1)[0])
    except (psutil.Error, OSError, ValueError, IndexError):
        return 0  # it ended meanwhile


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.Error:
        return  # it ended meanwhile
