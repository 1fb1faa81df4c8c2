"""Pins `requirements/*.in` in `*.txt`, with the hashes of every platform and without the address of an index."""

from __future__ import annotations

import subprocess

from scripts.base.console import step
from scripts.base.errors import SetupError
from scripts.base.paths import REQUIREMENTS
from scripts.supply.venvs import UV

# Of these files only the packages themselves are installed: what they say they need does not fit the others' needs.
_WITHOUT_DEPENDENCIES = frozenset({"oracle"})


def lock() -> None:
    """Pins every file anew.

    Raises:
        SetupError: uv finds no versions that fit together.
    """
    options = ["--quiet", "--upgrade", "--generate-hashes", "--universal", "--python-version", "3.11"]
    options += ["--no-emit-index-url", "--no-header"]
    for source in sorted(REQUIREMENTS.glob("*.in")):
        with step(f"locking {source.name}"):
            # In the folder itself, so that uv writes no path of this machine into its comments.
            alone = ["--no-deps"] if source.stem in _WITHOUT_DEPENDENCIES else []
            command = [str(UV), "pip", "compile", *options, *alone, source.name, "-o", f"{source.stem}.txt"]
            done = subprocess.run(command, cwd=REQUIREMENTS, capture_output=True, text=True)
        if done.returncode:
            raise SetupError(f"{source.name}: {done.stderr.strip()}", "loosen its bounds, then run `make lock` again")
