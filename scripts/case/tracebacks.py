"""Where an exception of the job came from, read from the traceback in the run's output log."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

BEGINS = "Traceback (most recent call last):"
_FRAME = re.compile(r'^\s*File "(?P<path>[^"]+)", line (?P<line>\d+)(?:, in (?P<function>.+))?$')
# Glue and our worker start the script by this program; Python's own frames have names in angle brackets.
_NOT_OF_THE_JOB = re.compile(r"^<|/runscript\.py$")


@dataclass(frozen=True)
class Frame:
    """A place in the job's own files. `function` is empty for a syntax error."""

    path: str
    line: int
    function: str
    code: str

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" + (f", in {self.function}" if self.function else "")
        return where + (f": {self.code}" if self.code else "")


def frames(lines: Sequence[str], files: Mapping[str, str]) -> list[Frame]:
    """Returns the frames of the last traceback in `lines` that lie in one of `files`, the outermost first.

    `files` maps the name of a file that a run may have to the path by which the user knows it.
    """
    starts = [number for number, line in enumerate(lines) if line.strip() == BEGINS]
    found = []
    for number in range(starts[-1] + 1, len(lines)) if starts else ():
        told = _FRAME.match(lines[number])
        if not told or _NOT_OF_THE_JOB.search(told["path"]):
            continue
        name = told["path"].rpartition("/")[2]
        if name not in files:
            continue
        after = lines[number + 1] if number + 1 < len(lines) else ""
        code = "" if _FRAME.match(after) else after.strip()
        found.append(Frame(files[name], int(told["line"]), told["function"] or "", code))
    return found
