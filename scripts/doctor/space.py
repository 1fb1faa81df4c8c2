"""How much room the set-up takes, and whether the disk has it.

The sizes were measured on Linux, x86_64: `du` after `make e2e` in a new clone
with an empty home.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

REMEDY = "free some space there, or use a disk with more; XDG_CACHE_HOME moves the caches"
GB = 10**9
# uv's cache has each package once more, unless it and the clone are on one file system: then both share the files.
CLONE = 1.5 * GB
CACHE = 2.4 * GB
# What is new where uv's cache has the packages: bytecode, Terraform's provider, PostgreSQL, databases, logs.
REPEATED = 0.5 * GB


def lack(clone: Path, share: float = 1) -> str:
    """Returns what a set-up in `clone` lacks, as `PATH has 0.4 GB free …`; empty if nothing.

    `share` is the part of the set-up that is still to do.
    """
    cache = uv_cache()
    known = any(cache.glob("sdists-v*/pypi/pyspark"))
    if _device(cache) == _device(clone):
        needs = [(clone, REPEATED if known else CACHE + REPEATED)]
    else:
        needs = [(clone, CLONE), (cache, 0 if known else CACHE)]
    for folder, needed in needs:
        found = free(folder)
        if found < needed * share:
            return f"{folder} has {found / GB:.1f} GB free, and the set-up needs {needed * share / GB:.1f} GB there"
    return ""


def free(folder: Path) -> int:
    """Returns the free bytes of the disk that has, or will have, `folder`."""
    return shutil.disk_usage(_existing(folder)).free


def uv_cache() -> Path:
    """Returns the folder in which uv keeps packages, by its own rules (the same on Linux and macOS)."""
    if named := os.environ.get("UV_CACHE_DIR"):
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "uv"


def _device(path: Path) -> int:
    return _existing(path).stat().st_dev


def _existing(path: Path) -> Path:
    return next(each for each in (path.absolute(), *path.absolute().parents) if each.exists())
