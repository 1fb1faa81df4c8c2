"""How long a run's stages took, by the server's own log: the same clock for every contestant, none of which knows.

PostgreSQL writes a line when a statement of at least `server.LOGGED_MILLISECONDS` ends, and one when DDL begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

# The default log_line_prefix, '%m [%p] '.
_LINE = re.compile(
    r"(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) UTC \[\d+\] LOG:  "
    r"(?:duration: (?P<ms>[\d.]+) ms  )?(?:statement|execute [^:]*): (?P<text>.*)"
)
_CREATE = re.compile(r"\s*CREATE\s+(UNLOGGED\s+|TEMP\w*\s+)?TABLE\b", re.I)
_COPY = re.compile(r"\s*COPY\b.*", re.I)
_DDL = re.compile(r"\s*(CREATE|DROP|ALTER|TRUNCATE)\b", re.I)


@dataclass(frozen=True)
class Stages:
    """Seconds; None where the log does not show the stage.

    `staging`: from the staging table's creation to the end of the last COPY. `copy`: from the first COPY's start to the
    last one's end. `merge`: what the statements after that took, together; without a COPY, those with ON CONFLICT.
    """

    staging: float | None
    copy: float | None
    merge: float | None


@dataclass(frozen=True)
class _Statement:
    ended: datetime
    seconds: float | None
    text: str

    @property
    def started(self) -> datetime:
        return self.ended - timedelta(seconds=self.seconds or 0)


def end(log: Path) -> int:
    """Where the log ends now: the run's part begins there."""
    return log.stat().st_size


def stages(log: Path, begin: int) -> Stages:
    """The stages of the run whose lines begin at byte `begin` of `log`."""
    with log.open("rb") as file:
        file.seek(begin)
        return stages_of(file.read().decode(errors="replace").splitlines())


def stages_of(lines: Iterable[str]) -> Stages:
    """The same for the lines themselves."""
    statements = [
        _Statement(
            datetime.fromisoformat(found["at"]), float(found["ms"]) / 1000 if found["ms"] else None, found["text"]
        )
        for found in map(_LINE.match, _joined(lines))
        if found
    ]
    timed = [each for each in statements if each.seconds is not None]
    copies = [each for each in timed if _COPY.match(each.text)]
    created = [each.ended for each in statements if _CREATE.match(each.text)]
    if copies:
        last = max(each.ended for each in copies)
        merge = [each for each in timed if each.ended > last and not _DDL.match(each.text)]
    else:
        merge = [each for each in timed if re.search(r"\bON\s+CONFLICT\b", each.text, re.I)]
    return Stages(
        staging=(last - min(created)).total_seconds() if copies and created else None,
        copy=(last - min(each.started for each in copies)).total_seconds() if copies else None,
        merge=sum(each.seconds or 0 for each in merge) if merge else None,
    )


def _joined(lines: Iterable[str]) -> list[str]:
    """A statement of several lines as one: its further lines begin with a tab."""
    whole: list[str] = []
    for line in lines:
        if line.startswith("\t") and whole:
            whole[-1] += " " + line.strip()
        else:
            whole.append(line)
    return whole
