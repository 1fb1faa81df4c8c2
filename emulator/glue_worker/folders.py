"""Makes the working folder of a run."""

from __future__ import annotations

import secrets
from pathlib import Path


def new_folder(home: Path) -> Path:
    """Makes a working folder with a name of Glue's form and returns it."""
    while True:
        folder = home / f"glue-job-{secrets.randbelow(10**18):018d}"
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            continue
        return folder
