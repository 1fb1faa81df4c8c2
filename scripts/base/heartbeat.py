"""Says what is under way whenever nothing was said for some seconds. It needs the standard library only."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from types import TracebackType

QUIET_SECONDS = 3.0


class Voice:
    """When something was last said. A heartbeat keeps still while another of its voice, or anybody else, speaks.

    The main thread takes no lock of ours: an interrupt just after it has one would leave it taken for ever.
    """

    def __init__(self) -> None:
        self.beating = threading.Lock()  # of the heartbeats' threads only
        self.spoke = time.monotonic()
        self.spinning = 0  # a spinner on a terminal says enough

    def note(self) -> None:
        """Tells the heartbeats that something was said just now."""
        self.spoke = time.monotonic()


VOICE = Voice()


class Heartbeat:
    """While its block runs, calls `say` with `text` and the seconds so far after each `quiet` seconds of silence.

    `text` may be a function; where it returns an empty text, nothing is said.
    """

    def __init__(
        self,
        text: str | Callable[[], str],
        say: Callable[[str], None],
        voice: Voice = VOICE,
        quiet: float = QUIET_SECONDS,
    ) -> None:
        self._text, self._say, self._voice, self._quiet = text, say, voice, quiet
        self._end: queue.SimpleQueue[None] = queue.SimpleQueue()  # its put() can't be interrupted half-way
        self._began = time.monotonic()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._voice.note()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end.put(None)
        self._thread.join()

    def _beat(self) -> None:
        while True:
            with self._voice.beating:
                left = self._voice.spoke + self._quiet - time.monotonic()
                if left <= 0:
                    self._voice.spoke = time.monotonic()
                    left = self._quiet
                    self._speak()
            try:
                return self._end.get(timeout=left)
            except queue.Empty:
                continue

    def _speak(self) -> None:
        if not self._voice.spinning and (text := self._text if isinstance(self._text, str) else self._text()):
            self._say(f"  … {text} ({time.monotonic() - self._began:.0f} s)")
