"""What the commands print: one line for each step, and progress only on a terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from scripts.base.heartbeat import VOICE, Heartbeat

# Without emoji=False an ARN with `:secret:` shows a sign in place of the word.
out = Console(highlight=False, soft_wrap=True, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Shows `text` while the block runs, then its duration.

    On a terminal it is a spinner. Else it is a line at the beginning, and one after each three silent seconds.
    """
    began = time.monotonic()
    if out.is_terminal:
        VOICE.spinning += 1
        try:
            with out.status(f"{text} …"):
                yield
        finally:
            VOICE.spinning -= 1
    else:
        say(f"{text} …")
        with heartbeat(text):
            yield
    out.print(f"[green]✓[/green] {text} [dim]({time.monotonic() - began:.1f} s)[/dim]")
    VOICE.note()


def heartbeat(text: str | Callable[[], str], to: Console = out) -> Heartbeat:
    """Returns a context that prints `text` and the seconds so far after each three seconds without a line.

    A command whose output another program reads gives `err` as `to`.
    """
    return Heartbeat(text, lambda line: to.print(line, markup=False))


def say(text: str) -> None:
    out.print(text, markup=False)
    VOICE.note()


def show(text: str) -> None:
    """Prints `text` unchanged. When its reader has gone (`| head`, a closed terminal), the command continues unseen."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
        VOICE.note()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def complain(error: Exception) -> None:
    """Prints an error with its remedy on standard error."""
    err.print("[red]error:[/red] ", end="")
    err.print(str(error), markup=False)
    VOICE.note()


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


def printable(text: str) -> str:
    """Returns `text` with its invisible characters written as escapes, so that a file's bytes can't steer a terminal.

    The space stays. A tab becomes `\\t`, a byte order mark `\\ufeff`, a no-break space `\\xa0`.
    """
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
