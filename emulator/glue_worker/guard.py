"""Stands between the agent and a run's process, so that the run outlives neither.

`python guard.py [--low-priority] COMMAND…` runs the command in a session of its own and ends with the command's exit
code (128 + N for signal N). The guard's standard input is a pipe from the agent. The pipe closes when the agent wants
the run dead, and when the agent itself dies, even by SIGKILL. Then the guard kills all processes below it, also those
that the command left in the background.

The agent runs it by path with `-I -S`: the job's environment must not reach into it, and it must start in milliseconds.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import FrameType

sys.path.append(str(Path(__file__).resolve().parent))
import process_tree  # type: ignore[import-not-found]

PR_SET_PDEATHSIG = 1
LOW_PRIORITY = "--low-priority"
# Linux shares the processor between sessions first, and within each of them by its processes' own priorities. A process
# can give its session's priority back, and never its own. Other systems and kernels have no such file.
SESSIONS_PRIORITY = Path("/proc/self/autogroup")
# A third of what another session gets. With less a busy machine would never come to it.
LOW = "5"


def main(command: list[str]) -> int:
    process_tree.adopt_orphans()
    low = command[0] == LOW_PRIORITY
    child = subprocess.Popen(
        command[1:] if low else command,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=(_stand_back if low else _die_with_guard) if sys.platform == "linux" else None,
    )
    threading.Thread(target=_kill_when_pipe_closes, daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _kill_on_signal)
    status = _reap_until(child.pid)
    if not _kill_everything():
        _reap_until(None)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _die_with_guard() -> None:
    """Makes Linux kill the command when the guard itself is killed."""
    process_tree.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _stand_back() -> None:
    """Does the same, and lets other sessions go first."""
    _die_with_guard()
    with suppress(OSError):
        SESSIONS_PRIORITY.write_text(LOW)


def _kill_when_pipe_closes() -> None:
    while os.read(0, 1):
        pass
    _kill_everything()


def _kill_on_signal(number: int, frame: FrameType | None) -> None:
    _kill_everything()


def _kill_everything() -> set[int]:
    """Ends all processes below the guard. Returns the pids of those that it may not signal."""
    left: set[int] = process_tree.kill_descendants(os.getpid())
    if left:
        print(f"glue_worker: no permission to end the processes {sorted(left)}", file=sys.stderr, flush=True)
    return left


def _reap_until(wanted: int | None) -> int:
    """Reaps children and adopted orphans. Returns the status of `wanted` when it ends, or 0 when no child is left."""
    while True:
        try:
            pid, status = os.waitpid(-1, 0)
        except ChildProcessError:
            return 0
        if pid == wanted:
            return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
