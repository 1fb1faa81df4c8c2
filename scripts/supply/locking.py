"""Pins `requirements/*.in` in `*.txt`, with the hashes of every platform and without the address of an index."""

from __future__ import annotations

import subprocess

from scripts.base.console import step
from scripts.base.errors import SetupError
from scripts.base.paths import REQUIREMENTS
from scripts.supply.venvs import UV


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
            command = [str(UV), "pip", "compile", *options, source.name, "-o", source.with_suffix(".txt").name]
            done = subprocess.run(command, cwd=REQUIREMENTS, capture_output=True, text=True)
        if done.returncode:
            raise SetupError(f"{source.name}: {done.stderr.strip()}", "loosen its bounds, then run `make lock` again")
