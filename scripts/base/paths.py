"""The project's folders. What commands write lies in the clone's `.local/`, `build/`, or the user's cache folder."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_cache_path

TOP = Path(__file__).resolve().parents[2]
LOCAL = TOP / ".local"
VENVS = LOCAL / "venv"
REQUIREMENTS = TOP / "requirements"
TERRAFORM = TOP / "terraform"
WHEELS = TOP / "build" / "wheels"
CACHE = user_cache_path("letrus-data-case", appauthor=False)


def relative(path: Path) -> str:
    """Returns `path` as a person in the clone would type it."""
    return str(path.relative_to(TOP)) if path.is_relative_to(TOP) else str(path)
