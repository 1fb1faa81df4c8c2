"""Finds and kills the processes below one that we started.

Linux reads ``/proc``, other systems ask ``ps``. On Linux the root makes itself a subreaper first (see ``guard.py``), so
even a process that left its session and lost its parent stays below it; elsewhere such a one escapes.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import defaultdict
from contextlib import suppress
from pathlib import Path


def parents() -> dict[int, int]:
    """Parent of every process that is not a zombie, by pid."""
    if sys.platform == "linux":
        return _parents_from_proc()
    return _parents_from_ps()


def descendants(root: int) -> set[int]:
    """Pids of all live processes below ``root``, without ``root``."""
    children = defaultdict(list)
    for pid, parent in parents().items():
        children[parent].append(pid)
    found: set[int] = set()
    pending = list(children[root])
    while pending:
        pid = pending.pop()
        if pid not in found:
            found.add(pid)
            pending.extend(children[pid])
    return found


def kill_descendants(root: int) -> set[int]:
    """Ends all processes below `root`; returns the pids of those that may not be signalled.

    All are frozen first, so that none can start another one unseen. Whatever fails, the frozen ones are killed.
    """
    frozen: set[int] = set()
    refused: set[int] = set()
    try:
        while new := descendants(root) - frozen - refused:
            for pid in new:
                (frozen if send(pid, signal.SIGSTOP) else refused).add(pid)
    finally:
        for pid in frozen:
            send(pid, signal.SIGKILL)
    return refused


def send(pid: int, number: int) -> bool:
    """Sends a signal to a process, which may have ended. False: the process may not be signalled."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return True


def _parents_from_proc() -> dict[int, int]:
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(FileNotFoundError, ProcessLookupError):
            # The name, in parentheses, may hold anything; state and parent follow the last one.
            text = (entry / "stat").read_text(encoding="utf-8", errors="replace")
            state, parent = text.rpartition(")")[2].split()[:2]
            if state != "Z":
                found[int(entry.name)] = int(parent)
    return found


def _parents_from_ps() -> dict[int, int]:
    listing = subprocess.run(
        ["ps", "-axo", "pid=,ppid=,stat="], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    rows = (line.split() for line in listing)
    return {int(pid): int(parent) for pid, parent, state, *_ in rows if not state.startswith("Z")}
