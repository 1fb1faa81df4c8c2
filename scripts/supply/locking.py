"""Pins requirements: ``requirements/*.in`` to ``*.txt``, with the hashes of every platform and no index's address."""

from __future__ import annotations

import subprocess

from scripts.base.console import step
from scripts.base.errors import SetupError
from scripts.base.paths import REQUIREMENTS
from scripts.supply.venvs import UV


def lock() -> None:
    """Raises :class:`SetupError` when uv finds no solution."""
    options = ["--quiet", "--upgrade", "--generate-hashes", "--universal", "--python-version", "3.11"]
    options += ["--no-emit-index-url", "--no-header"]
    for source in sorted(REQUIREMENTS.glob("*.in")):
        with step(f"locking {source.name}"):
            # From within the folder, so that no path of this machine gets into the comments.
            command = [str(UV), "pip", "compile", *options, source.name, "-o", source.with_suffix(".txt").name]
            done = subprocess.run(command, cwd=REQUIREMENTS, capture_output=True, text=True)
        if done.returncode:
            raise SetupError(f"{source.name}: {done.stderr.strip()}", "loosen its bounds, then `make lock` again")
