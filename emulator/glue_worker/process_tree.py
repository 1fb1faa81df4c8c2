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
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
# A process's parent, and whether the process is more than a zombie.
Listed = tuple[int, bool]


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


def processes() -> dict[int, Listed]:
    """Returns every process by pid, also the zombies.

    A process whose first thread has ended looks like a zombie while others still end, as in a JVM that was killed. Its
    children stay its own until the last thread is gone.
    """
    return _listed_in_proc() if sys.platform == "linux" else _listed_by_ps()


def descendants(root: int, spared: frozenset[int] = frozenset(), *, zombies: bool = False) -> set[int]:
    """Returns the pids of the live processes below `root`, with `zombies` also of the dead that nobody waited for.

    `spared` and what is below them don't count.
    """
    listed = processes()
    children = defaultdict(list)
    for pid, (parent, _) in listed.items():
        children[parent].append(pid)
    found: set[int] = set()
    pending = list(children[root])
    while pending:
        pid = pending.pop()
        if pid not in found and pid not in spared:
            found.add(pid)
            pending.extend(children[pid])
    return {pid for pid in found if zombies or listed[pid][1]}


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


def _listed_in_proc() -> dict[int, Listed]:
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    found = {pid: listed for pid in numbers if (listed := _stat(pid))}
    for pid, (parent, _) in list(found.items()):
        # Where a parent ended before its turn, the process has a new one now.
        if parent not in found and (listed := _stat(pid)):
            found[pid] = listed
    return found


def _stat(pid: int) -> Listed | None:
    try:
        # The name in parentheses may hold any character. State and parent follow the last parenthesis.
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, parent = text.rpartition(")")[2].split()[:2]
    return int(parent), state != "Z"


def _listed_by_ps() -> dict[int, Listed]:
    listing = subprocess.run(
        ["ps", "-axo", "pid=,ppid=,stat="], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    rows = (line.split() for line in listing)
    return {int(pid): (int(parent), not state.startswith("Z")) for pid, parent, state, *_ in rows}
