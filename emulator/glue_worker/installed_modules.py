"""Keeps what pip made of a run's wheels, for later runs with the same wheels: pip takes most of a second."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

KEPT = 8


@dataclass(frozen=True)
class InstalledModules:
    """A folder with the modules of earlier runs. Each run gets a copy, which it may change."""

    folder: Path

    @staticmethod
    def key(command: Sequence[str], wheels: Path) -> str:
        """Returns what stands for all that pip's result depends on: `command`, and the content of all of `wheels`.

        The paths in `command` are another run's own, so their last part counts.
        """
        told = hashlib.sha256(repr([Path(each).name for each in command]).encode())
        for wheel in sorted(wheels.glob("*.whl")):
            told.update(wheel.name.encode())
            told.update(hashlib.sha256(wheel.read_bytes()).digest())
        return told.hexdigest()

    def copy(self, key: str, target: Path) -> bool:
        """Copies the modules to `target`, which does not exist. Returns whether they are there."""
        kept = self.folder / key
        if not kept.is_dir():
            return False
        try:
            os.utime(kept)
            shutil.copytree(kept, target, symlinks=True)
        except OSError as error:
            log.warning("the modules of an earlier run can't be read: %s", error)
            shutil.rmtree(target, ignore_errors=True)
            return False
        return True

    def keep(self, key: str, modules: Path) -> None:
        """Keeps a copy of `modules`, and of earlier ones the last few."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self.folder, prefix="new-") as making:
                whole = shutil.copytree(modules, Path(making) / key, symlinks=True)
                with suppress(FileExistsError):  # of a run at the same time
                    Path(whole).rename(self.folder / key)
            by_age = sorted(self.folder.iterdir(), key=lambda each: each.stat().st_mtime, reverse=True)
        except OSError as error:
            log.warning("the modules are not kept for the next run: %s", error)
            return
        for old in by_age[KEPT:]:
            shutil.rmtree(old, ignore_errors=True)
