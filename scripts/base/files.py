"""Files that are whole or absent, also after a command was killed."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Writes `path` so that a reader sees the whole content or what was there before."""
    making = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            file.write(content)
        making.replace(path)
    finally:
        making.unlink(missing_ok=True)
