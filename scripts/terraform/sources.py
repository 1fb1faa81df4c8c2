"""Tells which files of terraform/ have changed since the last apply, whose hashes are kept beside its logs."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from scripts.base.paths import TERRAFORM, relative


def remember(folder: Path, applied: dict[str, str]) -> None:
    """Keeps in `folder` the `hashes` of the files that an apply has read."""
    _kept(folder).write_text(json.dumps(applied, indent=1) + "\n", encoding="utf-8")


def changed(folder: Path, root: Path = TERRAFORM) -> list[str]:
    """Returns the root's files that differ from those at the last `remember`, sorted; none if nothing was kept."""
    try:
        before = json.loads(_kept(folder).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return []
    now = hashes(root)
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))


def hashes(root: Path = TERRAFORM) -> dict[str, str]:
    """Returns the SHA-256 of each file that a local apply reads: the root's own, its modules', and the lock file."""
    paths = [*root.glob("*.tf*"), *root.glob("modules/*/*.tf*"), *root.glob(".terraform.lock.hcl")]
    return {
        relative(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths
        if path.is_file() and not path.name.startswith("terraform.tfstate")
    }


def _kept(folder: Path) -> Path:
    return folder / "terraform-sources.json"
