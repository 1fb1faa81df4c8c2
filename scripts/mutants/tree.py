"""A copy of what AWS gets of this project, to which patches are applied and from which they are taken away."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from scripts.base.errors import CommandError
from scripts.base.paths import TOP, WHEELS

# What a patch may change.
PARTS = ("terraform", "glue_scripts", "sql", "csv_exemplos")
_LEFT_OUT = shutil.ignore_patterns(".terraform", "terraform.tfstate*", "*.auto.tfvars", "__pycache__", "build")


class Tree:
    """The copy. At the beginning its files are as they are saved in the clone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._applied: list[Path] = []

    @property
    def terraform(self) -> Path:
        return self.folder / "terraform"

    def make(self) -> None:
        """Copies the files. Raises CommandError when git is missing."""
        if shutil.which("git") is None:
            raise CommandError("git is not on PATH, and it applies the patches", "install git")
        shutil.rmtree(self.folder, ignore_errors=True)
        for part in PARTS:
            shutil.copytree(TOP / part, self.folder / part, ignore=_LEFT_OUT)
        shutil.copytree(WHEELS, self.folder / "build" / "wheels")

    def apply(self, patch: Path) -> None:
        """Applies a patch.

        Raises:
            CommandError: it does not fit the files. Nothing was changed.
        """
        if why := self._git(patch):
            raise CommandError(f"{patch.name} does not fit the files any more: {why}", "make the change anew there")
        self._applied.append(patch)

    def fits(self, patch: Path) -> bool:
        """Returns whether the patch can be applied now."""
        return not self._git(patch, "--check")

    def restore(self) -> None:
        """Takes all patches away, the last one first."""
        while self._applied:
            if why := self._git(self._applied[-1], "--reverse"):
                raise CommandError(f"{self._applied[-1].name} can't be taken away: {why}", "start the command again")
            self._applied.pop()

    def _git(self, patch: Path, *options: str) -> str:
        """Runs `git apply`, and returns what it says when it fails."""
        # The copy lies in the clone, and inside a repository git would skip the paths that it does not track.
        env = {**os.environ, "GIT_CEILING_DIRECTORIES": str(self.folder.parent)}
        for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
            env.pop(name, None)
        done = subprocess.run(
            ["git", "apply", *options, str(patch.resolve())], cwd=self.folder, env=env, capture_output=True, text=True
        )
        return done.stderr.strip() or f"exit code {done.returncode}" if done.returncode else ""
