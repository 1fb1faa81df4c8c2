"""What the commands print: one line for each step, and progress only on a terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Shows `text` while the block runs, as a spinner on a terminal and else as a line, then its duration."""
    began = time.monotonic()
    if out.is_terminal:
        with out.status(f"{text} …"):
            yield
    else:
        out.print(f"{text} …", markup=False)
        yield
    out.print(f"[green]✓[/green] {text} [dim]({time.monotonic() - began:.1f} s)[/dim]")


def say(text: str) -> None:
    out.print(text, markup=False)


def show(text: str) -> None:
    """Prints `text` unchanged. When its reader has gone (`| head`, a closed terminal), the command continues unseen."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


class Pulse:
    """Prints lines through `show`, and a sign of life when it has printed none for `SECONDS`."""

    SECONDS = 2.0

    def __init__(self, show: Callable[[str], None] = say) -> None:
        self._show = show
        self._began = self._last = time.monotonic()

    def line(self, text: str) -> None:
        self._show(text)
        self._last = time.monotonic()

    def alive(self, text: str) -> None:
        """Prints `text` with the seconds so far, unless a line was printed just now."""
        if time.monotonic() - self._last >= self.SECONDS:
            self.line(f"… {text}, {time.monotonic() - self._began:.0f} s")
