"""Commands of the checks, shown as a user would type them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from scripts.base.console import heartbeat, say
from scripts.base.isolation import clean_environment
from scripts.base.paths import TOP
from scripts.base.processes import run_foreground

LONGEST = 300  # characters of a command that are shown


def run_shown(command: Sequence[str | Path], extra: dict[str, str], *, tells: bool = False) -> int:
    """Shows `command`, runs it in a clean environment with the variables `extra`, and returns its exit code.

    Every three seconds it says that the command still runs, unless the command tells its progress by itself.
    """
    shown = " ".join(_short(part) for part in command)
    say(f"$ {shown if len(shown) < LONGEST else shown[:LONGEST] + ' …'}")
    with nullcontext() if tells else heartbeat(_short(command[0]).rpartition("/")[2]):
        return run_foreground(command, {**clean_environment(), **extra})


def _short(part: str | Path) -> str:
    return os.path.relpath(part, TOP) if isinstance(part, Path) and part.is_absolute() else str(part)
