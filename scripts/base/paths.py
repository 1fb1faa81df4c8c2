"""The project's folders. What commands write lies in the clone's `.local/`, `build/`, or the user's cache folder."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_cache_path

from scripts.base.errors import CommandError

TOP = Path(__file__).resolve().parents[2]
LOCAL = TOP / ".local"
VENVS = LOCAL / "venv"
REQUIREMENTS = TOP / "requirements"
TERRAFORM = TOP / "terraform"
WHEELS = TOP / "build" / "wheels"
CACHE = user_cache_path("letrus-data-case", appauthor=False)


def expanded(path: Path, variable: str) -> Path:
    """Returns `path`, in which `~` means the home folder: zsh passes on the `~` of a variable after a target.

    Raises:
        CommandError: nobody has that home folder. The error names `variable`, in which `path` was given.
    """
    try:
        return path.expanduser()
    except RuntimeError:
        raise CommandError(
            f"{variable}={path}: nobody has the home folder {path.parts[0]}", "give the whole path"
        ) from None


def relative(path: Path) -> str:
    """Returns `path` as a person in the clone would type it."""
    return str(path.relative_to(TOP)) if path.is_relative_to(TOP) else str(path)
