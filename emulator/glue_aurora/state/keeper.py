"""Keeps the state of LocalStack: reads it at the start, writes it on request and at the end."""

import logging
import os
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from glue_aurora.state.changes import Changes
from glue_aurora.state.saved import Header, Saved, versions

LOG = logging.getLogger(__name__)

# A request that changes something may take so long before a save gives up.
_QUIET_SECONDS = 5
# Tells the process that begins again why it does.
_FAILED = "EMULATOR_STATE_FAILED"


class Keeper:
    """The state in one folder."""

    def __init__(self, folder: Path) -> None:
        versions()  # before anybody can edit the files of this code
        self._saved = Saved(folder)
        self._saved.make()
        self.changes = Changes(self._saved.mark)
        self._lock = threading.Lock()
        self._header: Header | None = None
        why = os.environ.pop(_FAILED, "")
        self._told: dict[str, Any] = {"loaded": False, "why": why}

    def load(self) -> None:
        """Reads the state, if there is one that this LocalStack can read.

        After a state that fails half-way this process begins again, from nothing: services may have a part of it.
        """
        began = time.monotonic()
        header = self._saved.header()
        if header is None:
            self._saved.remove()
            return
        if header.versions != versions():
            self._saved.remove()
            self._told["why"] = "was saved by another version of LocalStack or of its plugin"
            return
        try:
            header = replace(header, left_out={**header.left_out, **self._saved.read()})
        except Exception as error:
            LOG.exception("the saved state can't be used, so LocalStack begins again without it")
            self._saved.remove()
            os.environ[_FAILED] = f"can't be used: {type(error).__name__}: {error}"
            os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - this very command
        late = self._saved.mark.exists()
        self.changes.made, self.changes.configured = late, late or header.configured or bool(header.left_out)
        why = "may lack the last changes, because LocalStack was killed or a request was under way at its end"
        why = why if late else ""
        if header.left_out:
            why = why or f"lacks {', '.join(header.left_out)}"
        self._header = header
        self._told = {"loaded": True, "why": why, "seconds": round(time.monotonic() - began, 3)}

    def save(self, *, applied: bool = False, last: bool = False) -> bool:
        """Writes the state. Returns False, and writes nothing, when requests that change something do not end.

        `applied`: Terraform found or made everything as terraform/ says. `last`: LocalStack ends, so the state is
        written even so, and the mark of changes stays: the next LocalStack compares.
        """
        with self._lock, self.changes.held(_QUIET_SECONDS) as quiet:
            if not quiet:
                LOG.warning("requests are under way; %s", "the state may lack them" if last else "nothing was saved")
            if not (quiet or last):
                return False
            if applied:
                self.changes.applied()
            self._header = self._saved.write(time.time(), self.changes.configured)
            if quiet:
                self.changes.saved()
            return True

    def close(self) -> None:
        """Writes what has changed, before the services stop."""
        if self.changes.made:
            self.save(last=True)
        self.changes.end_of_all()

    def report(self) -> dict[str, Any]:
        """Returns what the page shows (CONTRACT.md)."""
        return {
            **self._told,
            "saved": self._header.saved if self._header else None,
            "left_out": dict(self._header.left_out) if self._header else {},
            "changed": self.changes.made,
            "configured": self.changes.configured,
        }


def from_environment() -> Keeper | None:
    """Returns the keeper of the folder that EMULATOR_STATE_FOLDER names, or None without it.

    With EMULATOR_STATE=anew what the folder has is removed.

    Raises:
        ValueError: EMULATOR_STATE has another value.
    """
    folder, how = os.environ.get("EMULATOR_STATE_FOLDER"), os.environ.get("EMULATOR_STATE") or "keep"
    if how not in ("keep", "anew"):
        raise ValueError(f"EMULATOR_STATE={how}: use keep or anew")
    if not folder:
        return None
    if how == "anew":
        Saved(Path(folder)).remove()
    return Keeper(Path(folder))
