"""The files and settings on which an apply of terraform/ and the tables depend, as they were at the last one."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from scripts.base.files import write_whole
from scripts.base.paths import TERRAFORM, TOP, WHEELS, relative
from scripts.environment.instance import Instance
from scripts.terraform import sources

_FOLDERS = (TOP / "glue_scripts", TOP / "csv_exemplos", TOP / "sql", WHEELS)


def of(instance: Instance) -> dict[str, str]:
    """Returns the SHA-256 of each file by its path in the clone, and the instance's settings."""
    paths = [path for folder in _FOLDERS for path in sorted(folder.rglob("*")) if path.is_file()]
    hashed = {relative(path): _hash(path) for path in paths if path.suffix != ".pyc"}
    settings = {"runtime": instance.runtime, "authority": _hash(instance.authority)}
    ports = {f"port {name}": str(number) for name, number in asdict(instance.ports).items()}
    return {**sources.hashes(), **hashed, **settings, **ports}


def remember(instance: Instance, found: dict[str, str]) -> None:
    """Keeps what `of` found before an apply that has succeeded."""
    write_whole(_kept(instance), json.dumps(found, indent=1).encode())


def deployed(instance: Instance, found: dict[str, str]) -> None:
    """Keeps of what `of` found the files that are not Terraform's own: a run has deployed them by itself."""
    if before := _remembered(instance):
        root = f"{relative(TERRAFORM)}/"
        own = {name: value for name, value in before.items() if name.startswith(root)}
        remember(instance, {**{name: value for name, value in found.items() if not name.startswith(root)}, **own})


def are(instance: Instance, found: dict[str, str]) -> bool:
    """Returns whether the last apply had the same."""
    return _remembered(instance) == found


def had_these_ports(instance: Instance) -> bool:
    """Returns whether the last apply had the instance's ports: the endpoint of the cluster names one."""
    before = _remembered(instance)
    return all(before.get(f"port {name}") == str(number) for name, number in asdict(instance.ports).items())


def _remembered(instance: Instance) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(_kept(instance).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return found


def _kept(instance: Instance) -> Path:
    return instance.folder / "applied-inputs.json"


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
