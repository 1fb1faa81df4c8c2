"""Keeps the state of one run: what a poll answers, and what may end the run early."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from glue_worker.errors import Interrupted

STARTING, RUNNING = "STARTING", "RUNNING"
SUCCEEDED, FAILED, STOPPED, TIMEOUT = "SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT"
# A condition does not wait without a limit.
LONGEST_WAIT_SECONDS = 3600.0
ENDED = frozenset({SUCCEEDED, FAILED, STOPPED, TIMEOUT})


class RunState:
    """The state that the run's own thread and the HTTP threads share. Every change raises `version` and wakes waiters.

    A run ends early when a client stops it, when its time is over, or when its lease ends. The lease ends when no
    client polled the run for `lease_seconds`: then the client is gone, and no other would ever stop the run.
    """

    def __init__(self, run_id: str, *, timeout_seconds: float, lease_seconds: float) -> None:
        self.run_id = run_id
        self._changed = threading.Condition()
        self._version = 1
        self._state = STARTING
        self._error_message: str | None = None
        self._note: str | None = None
        self._exit_code: int | None = None
        self._started_at: datetime | None = None
        self._ended_at: datetime | None = None
        self._timeout_seconds = timeout_seconds
        self._deadline: float | None = None
        self._lease_seconds = lease_seconds
        self._lease_ends = time.monotonic() + lease_seconds
        self._pollers = 0
        self._interruption: Interrupted | None = None

    def snapshot(self) -> dict[str, Any]:
        """Returns the run as the HTTP interface shows it."""
        with self._changed:
            return self._snapshot()

    def poll(self, after: int, seconds: float) -> dict[str, Any]:
        """Waits up to `seconds` for a version above `after`, renews the lease, and returns the run."""
        with self._changed:
            self._pollers += 1
            try:
                self._changed.wait_for(lambda: self._version > after, seconds)
            finally:
                self._pollers -= 1
                self._lease_ends = time.monotonic() + self._lease_seconds
            return self._snapshot()

    def wait_ended(self, seconds: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._state in ENDED, seconds)

    def running(self) -> None:
        """Notes that the script's process began. Execution time and timeout count from here."""
        with self._changed:
            self._state = RUNNING
            self._started_at = datetime.now(UTC)
            self._deadline = time.monotonic() + self._timeout_seconds
            self._change()

    def ended(self, state: str, *, message: str | None, note: str | None, exit_code: int | None, at: datetime) -> None:
        with self._changed:
            self._state = state
            self._error_message = message
            self._note = note
            self._exit_code = exit_code
            self._ended_at = at
            self._change()

    def interrupt(self, interruption: Interrupted) -> None:
        """Asks the run to end; the first reason counts."""
        with self._changed:
            if self._interruption is None:
                self._interruption = interruption
            self._changed.notify_all()

    def wake(self) -> None:
        """Makes `wait_for` look again."""
        with self._changed:
            self._changed.notify_all()

    def check(self) -> None:
        """Returns when the run may live on.

        Raises:
            Interrupted: the run has to end early.
        """
        with self._changed:
            self._check()

    def wait_for(self, question: Callable[[], int | None]) -> int:
        """Asks `question` at each `wake` until it has an answer.

        Raises:
            Interrupted: the run has to end before that.
        """
        with self._changed:
            while (answer := question()) is None:
                self._check()
                self._changed.wait(self._seconds_to_next_limit())
            return answer

    def _check(self) -> None:
        now = time.monotonic()
        if self._interruption is None:
            if self._deadline is not None and now >= self._deadline:
                self._interruption = Interrupted(TIMEOUT, None)
            elif not self._pollers and now >= self._lease_ends:
                self._interruption = Interrupted(
                    FAILED,
                    f"no client asked for the run's state for {self._lease_seconds:g} s, so the worker ended the run; "
                    "start the run again",
                )
        if self._interruption is not None:
            raise self._interruption

    def _seconds_to_next_limit(self) -> float:
        lease = self._lease_seconds if self._pollers else self._lease_ends - time.monotonic()
        left = LONGEST_WAIT_SECONDS if self._deadline is None else self._deadline - time.monotonic()
        return max(min(lease, left, LONGEST_WAIT_SECONDS), 0.0)

    def _change(self) -> None:
        self._version += 1
        self._changed.notify_all()

    def _snapshot(self) -> dict[str, Any]:
        return {
            "run_id": self.run_id,
            "version": self._version,
            "state": self._state,
            "error_message": self._error_message,
            "note": self._note,
            "exit_code": self._exit_code,
            "started_at": _iso(self._started_at),
            "ended_at": _iso(self._ended_at),
        }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="milliseconds")
