"""The files that `make dev` watches, and the wait for the next save."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from glue_scripts import table
from scripts.case import datasets
from scripts.case.deployment import SAMPLES, SCRIPTS
from scripts.environment.database import ANALYSIS
from scripts.environment.tables import CREATE_TABLES, MIGRATIONS

# Milliseconds without another save after which the saves so far are one group.
_STEP = 200
# Milliseconds after which it looks without an event too: some file systems of virtual machines send none.
_LOOK = 1000


class _Version(NamedTuple):
    """A file's content, as its hash, and the time and size by which a look knows that it need not read the file."""

    written: tuple[int, int]
    content: str


class Saves:
    """The job's scripts, the files of sql/, and the source files: the samples, or those in the folder `data`.

    An editor's temporary files have other names or begin with a dot, so they do not count. A file that is saved with
    the content that it had does not count either.
    """

    def __init__(self, data: Path | None = None) -> None:
        self._data = data
        self._seen: dict[Path, _Version] = {}
        self.changed()

    @property
    def folders(self) -> list[Path]:
        """The folders that hold the files."""
        return [SCRIPTS.folder, self._data or SAMPLES.folder, ANALYSIS.parent]

    def groups(self) -> Iterator[list[Path]]:
        """Yields the files that were saved, made or removed since the last time.

        Saves while the caller is at work come together afterwards.
        """
        import watchfiles  # here: only this command needs it

        for _ in watchfiles.watch(*self.folders, step=_STEP, rust_timeout=_LOOK, yield_on_timeout=True):
            if changed := self.changed():
                yield changed

    def changed(self) -> list[Path]:
        """Returns the files that differ from what the last call found."""
        before = self._seen
        self._seen = {path: found for path in self._files() if (found := self._version(path, before.get(path)))}
        paths = before.keys() | self._seen.keys()
        return sorted(path for path in paths if _content(before.get(path)) != _content(self._seen.get(path)))

    def _version(self, path: Path, before: _Version | None) -> _Version | None:
        try:
            stat = path.stat()
            written = (stat.st_mtime_ns, stat.st_size)
            if before and before.written == written:
                return before
            return _Version(written, hashlib.sha256(path.read_bytes()).hexdigest())
        except FileNotFoundError:  # an editor replaces the file just now: an event follows
            return before

    def _files(self) -> Iterator[Path]:
        found = [*SCRIPTS.files().values(), CREATE_TABLES, ANALYSIS, *MIGRATIONS.glob("*.sql")]
        if self._data:
            found += [path for name in table.SETS for path in datasets.source_files(self._data, name)]
        else:
            found += SAMPLES.files().values()
        yield from (path for path in found if not path.name.startswith(".") and path.is_file())


def _content(version: _Version | None) -> str:
    return version.content if version else ""


def wants_run(saved: Sequence[Path]) -> bool:
    """Returns whether one of the files changes what a run does. The analyses only read."""
    return any(path != ANALYSIS for path in saved)
