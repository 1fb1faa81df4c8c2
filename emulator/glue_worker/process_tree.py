"""Finds and kills the processes below one that we started.

It reads `/proc` on Linux and asks `ps` on other systems. On Linux the root makes itself a subreaper first (see
`guard.py`), so even a process that left its session and lost its parent stays below the root. On other systems such a
process escapes.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Makes the caller the parent of every process below it that loses its own. Only Linux can."""
    if sys.platform == "linux":
        prctl(PR_SET_CHILD_SUBREAPER, 1)


def prctl(option: int, value: int) -> None:
    """Calls Linux's prctl.

    Raises:
        OSError: the kernel refuses.
    """
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}, {value}) failed")


def parents() -> dict[int, int]:
    """Returns the parent of every process that is not a zombie, by pid."""
    if sys.platform == "linux":
        return _parents_from_proc()
    return _parents_from_ps()


def descendants(root: int, spared: frozenset[int] = frozenset()) -> set[int]:
    """Returns the pids of the live processes below `root`. `spared` and what is below them don't count."""
    children = defaultdict(list)
    for pid, parent in parents().items():
        children[parent].append(pid)
    found: set[int] = set()
    pending = list(children[root])
    while pending:
        pid = pending.pop()
        if pid not in found and pid not in spared:
            found.add(pid)
            pending.extend(children[pid])
    return found


def kill_descendants(root: int, spared: frozenset[int] = frozenset()) -> set[int]:
    """Ends all processes below `root`, and returns the pids of those that the caller may not signal.

    It spares the children `spared` of the root and what is below them.

    It freezes all of them first, so that none can start another one unseen. It kills the frozen ones even when a later
    step fails.
    """
    frozen: set[int] = set()
    refused: set[int] = set()
    try:
        while new := descendants(root, spared) - frozen - refused:
            for pid in new:
                (frozen if send(pid, signal.SIGSTOP) else refused).add(pid)
    finally:
        for pid in frozen:
            send(pid, signal.SIGKILL)
    return refused


def send(pid: int, number: int) -> bool:
    """Sends a signal to a process, which may have ended. False: the caller may not signal the process."""
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
            # The name in parentheses may hold any character. State and parent follow the last parenthesis.
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
