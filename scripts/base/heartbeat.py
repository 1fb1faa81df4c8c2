"""Says what is under way whenever nothing was said for some seconds. It needs the standard library only."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType

QUIET_SECONDS = 3.0


class Voice:
    """When something was last said. A heartbeat keeps still while another of its voice, or anybody else, speaks."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.spoke = time.monotonic()
        self.spinning = 0  # a spinner on a terminal says enough

    def note(self) -> None:
        """Tells the heartbeats that something was said just now."""
        with self.changed:
            self.spoke = time.monotonic()
            self.changed.notify_all()


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
        self._ended = False
        self._began = time.monotonic()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._voice.note()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._voice.changed:
            self._ended = True
            self._voice.changed.notify_all()
        self._thread.join()

    def _beat(self) -> None:
        with self._voice.changed:
            while not self._ended:
                left = self._voice.spoke + self._quiet - time.monotonic()
                if left > 0:
                    self._voice.changed.wait(left)
                    continue
                self._voice.spoke = time.monotonic()
                if not self._voice.spinning and (text := self._text if isinstance(self._text, str) else self._text()):
                    self._say(f"  … {text} ({time.monotonic() - self._began:.0f} s)")
