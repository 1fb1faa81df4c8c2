"""The durations of a run's stages, seen from outside: by the server's own log and the time of the last file.

PostgreSQL writes a line when a statement of at least `server.LOGGED_MILLISECONDS` ends. No contestant takes part.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

# The default log_line_prefix, '%m [%p] '.
_LINE = re.compile(
    r"(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) UTC \[\d+\] LOG:  "
    r"duration: (?P<ms>[\d.]+) ms  (?:statement|execute [^:]*): (?P<text>.*)"
)
_COPY = re.compile(r"\s*COPY\b.*", re.I)
_UPSERT = re.compile(r"\bON\s+CONFLICT\b", re.I)
_DDL = re.compile(r"\s*(CREATE|DROP|ALTER|TRUNCATE)\b", re.I)


@dataclass(frozen=True)
class Stages:
    """Seconds; None where the log does not show the stage.

    `staging` lasts from the last file written, which is the Parquet, to the end of the last COPY. `copy` lasts from the
    start of the first COPY to the end of the last. `merge` is the sum of the statements after that. Without any COPY,
    staging ends at the start of the first statement with ON CONFLICT, and `merge` is the sum of those statements.
    """

    staging: float | None
    copy: float | None
    merge: float | None


@dataclass(frozen=True)
class _Statement:
    ended: datetime
    seconds: float
    text: str

    @property
    def started(self) -> datetime:
        return self.ended - timedelta(seconds=self.seconds)


def end(log: Path) -> int:
    """The log's present size in bytes. The run's part begins there."""
    return log.stat().st_size


def stages(log: Path, begin: int, files: Path) -> Stages:
    """The stages of the run whose lines begin at byte `begin` of `log`, and whose files lie in `files`."""
    times = [path.stat().st_mtime for path in files.rglob("*") if path.is_file()]
    written = datetime.fromtimestamp(max(times), UTC) if times else None
    with log.open("rb") as file:
        file.seek(begin)
        return stages_of(file.read().decode(errors="replace").splitlines(), written)


def stages_of(lines: Iterable[str], written: datetime | None) -> Stages:
    """The stages by the lines of the log. `written` is the time of the last file, if any."""
    statements = [
        _Statement(datetime.fromisoformat(found["at"]).replace(tzinfo=UTC), float(found["ms"]) / 1000, found["text"])
        for found in map(_LINE.match, _joined(lines))
        if found
    ]
    copies = [each for each in statements if _COPY.match(each.text)]
    staged: datetime | None
    if copies:
        staged = copies_end = max(each.ended for each in copies)
        merge = [each for each in statements if each.ended > copies_end and not _DDL.match(each.text)]
    else:
        merge = [each for each in statements if _UPSERT.search(each.text)]
        staged = min((each.started for each in merge), default=None)
    return Stages(
        staging=(staged - written).total_seconds() if staged and written else None,
        copy=(staged - min(each.started for each in copies)).total_seconds() if staged and copies else None,
        merge=sum(each.seconds for each in merge) if merge else None,
    )


def _joined(lines: Iterable[str]) -> list[str]:
    """The lines, with a statement of several lines as one. Its further lines begin with a tab."""
    whole: list[str] = []
    for line in lines:
        if line.startswith("\t") and whole:
            whole[-1] += " " + line.strip()
        else:
            whole.append(line)
    return whole
