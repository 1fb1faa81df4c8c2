"""Starts a process of a run behind its guard (`guard.py`)."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from glue_worker import process_tree

log = logging.getLogger(__name__)
GUARD = Path(__file__).with_name("guard.py")
LOW_PRIORITY = "--low-priority"
GUARD_SECONDS = 10
_guards: set[int] = set()
_lock = threading.Lock()


def _end_orphans() -> None:
    """Ends the processes of a guard that was killed: the agent has adopted them, and no guard will end them."""
    orphans = process_tree.descendants(os.getpid(), frozenset(_guards), zombies=True)
    if left := process_tree.kill_descendants(os.getpid(), frozenset(_guards)):
        log.error("no permission to end the processes %s of a run whose guard was killed", sorted(left))
    pending = orphans - left
    # A child of another orphan is the agent's own as soon as its parent is gone.
    while reaped := {pid for pid in pending if _reap(pid)}:
        pending -= reaped


def _reap(pid: int) -> bool:
    """Waits for the end of a killed child. Returns False where the process is not a child."""
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        return False
    return True


class GuardedProcess:
    """Runs `command`. Calls `on_exit` in another thread once the command and all processes that it started are gone.

    With `low_priority` other sessions go first until the command ends that itself (`warm_program.py`).
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        environment: Mapping[str, str],
        stdout: Path,
        stderr: Path,
        on_exit: Callable[[], None],
        low_priority: bool = False,
    ) -> None:
        options = [LOW_PRIORITY] if low_priority else []
        with stdout.open("ab") as output, stderr.open("ab") as error, _lock:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(GUARD), *options, *command],
                cwd=cwd,
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=error,
                start_new_session=True,
            )
            self.pid = self._process.pid
            _guards.add(self.pid)
        self.exit_code: int | None = None
        self.on_exit = on_exit
        self._waiter = threading.Thread(target=self._wait, name=f"wait-{self.pid}", daemon=True)
        self._waiter.start()

    def kill(self) -> None:
        """Ends the process and all processes below it, and returns when they are gone."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._waiter.join(GUARD_SECONDS)
        if self._waiter.is_alive():
            if left := process_tree.kill_descendants(self.pid):
                log.error("no permission to end the processes %s of a run", sorted(left))
            self._process.kill()
            self._waiter.join(GUARD_SECONDS)

    def _wait(self) -> None:
        code = self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        with _lock:
            _guards.discard(self.pid)
            if code < 0:
                _end_orphans()
        self.exit_code = code if code >= 0 else 128 - code
        self.on_exit()
