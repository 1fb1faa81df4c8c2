"""The folders that the checks look at."""

from __future__ import annotations

import os
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
LOCAL = TOP / ".local"
VENVS = LOCAL / "venv"
NO_WRITING = "give yourself the right to write there (chown, chmod), or use a clone of your own"


def home() -> str:
    """Returns the user's home folder, or an empty text when the machine names none."""
    found = os.environ.get("HOME") or str(Path("~").expanduser())
    return "" if found == "~" else found


def instance() -> Path:
    """Returns the folder of `make local-up`: the one that `LETRUS_INSTANCE` names, or `.local/env`.

    It is absolute: the programs that get it run in folders of their own.
    """
    return Path(os.environ.get("LETRUS_INSTANCE") or LOCAL / "env").absolute()


def shown(path: Path) -> str:
    """Returns `path` as a person in the clone would type it."""
    try:
        return str(path.relative_to(TOP))
    except ValueError:
        return str(path)
