"""Keeps from a script what this machine has and Glue has not: programs, its user's files, folders to write to.

On Glue a script runs as an ordinary user in a container. It may write to /tmp and to its own folder. Nothing of a
laptop is there. `machine.py` says in a file what holds on this machine. Without the file, as in Glue's image, nothing
is kept from the script.

An audit hook judges what Python opens, lists, changes and starts, as the operating system would on Glue: the same
exception, before anything happens. It does not see what Java or a started program does.

The agent copies this file into the run's folder, so it uses the standard library only.
"""

import errno
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

HIDDEN, READ, WRITE = "hidden", "read", "write"
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
# The arguments of each audit event that are paths which the call changes.
_CHANGED = {
    "os.mkdir": (0,),
    "os.remove": (0,),
    "os.rmdir": (0,),
    "os.rename": (0, 1),
    "os.link": (1,),
    "os.symlink": (1,),
    "os.truncate": (0,),
    "os.chmod": (0,),
}
_LISTED = ("os.listdir", "os.scandir", "os.chdir")
_STARTED = ("subprocess.Popen", "os.exec", "os.posix_spawn")


def install(file: Path) -> None:
    """Begins to keep from this process what `file` says, for its whole life. Does nothing where the file is missing."""
    try:
        rules = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    os.environ["PATH"] = rules["programs"]
    sys.addaudithook(_hook(_Places(rules["places"]), frozenset(rules["names"])))


class _Places:
    """What may be done below which folder. The longest folder decides."""

    def __init__(self, places: dict[str, str]) -> None:
        python = {sys.prefix, sys.base_prefix, *(entry for entry in sys.path if entry)}
        known = {os.path.realpath(place): READ for place in python}
        known |= {os.path.realpath(place): allowed for place, allowed in places.items()}
        self._longest_first = sorted(known.items(), key=lambda each: -len(each[0]))

    def allowed(self, path: str) -> str:
        real = os.path.realpath(path)
        for place, allowed in self._longest_first:
            if real == place or real.startswith(place.rstrip(os.sep) + os.sep):
                return allowed
        return READ


def _hook(places: _Places, programs: frozenset[str]) -> Callable[[str, tuple[Any, ...]], None]:
    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = arguments
            writes = bool(flags & _WRITING) if isinstance(flags, int) else not str(mode).startswith("r")
            judge(path, writes)
        elif event in _CHANGED:
            for place in _CHANGED[event]:
                judge(arguments[place], True)
        elif event in _LISTED:
            judge(arguments[0], False)
        elif event in _STARTED:
            start(arguments[0])

    def judge(path: Any, writes: bool) -> None:
        if not isinstance(path, str | bytes | os.PathLike):  # A descriptor, which was judged when it was opened.
            return
        text = os.fsdecode(path)
        allowed = places.allowed(text)
        if allowed == HIDDEN:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), text)
        if writes and allowed != WRITE and Path(text).absolute().parent.is_dir():
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), text)

    def start(program: Any) -> None:
        if not isinstance(program, str | bytes | os.PathLike):
            return
        text = os.fsdecode(program)
        # A bare name is looked up in PATH, which has Glue's programs only.
        foreign = os.sep in text and places.allowed(text) != WRITE and Path(text).name not in programs
        if foreign and not (sys.prefix != sys.base_prefix and text.startswith(sys.prefix + os.sep)):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), text)

    return hook
