"""PySpark's archives with their modules compiled: each Python of a run would compile them anew, for half a second.

Spark puts `python/lib/*.zip` before the installed package, and Python does not write into an archive what it compiled.
"""

from __future__ import annotations

import compileall
import py_compile
import shutil
import tempfile
import zipfile
from pathlib import Path

from scripts.base.console import step


def archives(environment: Path) -> list[Path]:
    """Returns PySpark's archives in the venv `environment`."""
    return sorted(environment.glob("lib/python3*/site-packages/pyspark/python/lib/*.zip"))


def compile_archives(environment: Path) -> None:
    """Adds its compiled form to each module of the archives, for the Python that runs this. Their sources stay."""
    with step("compiling PySpark's modules"):
        for archive in archives(environment):
            _compile(archive)


def _compile(archive: Path) -> None:
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
        modules, new = Path(folder, "modules"), Path(folder, archive.name)
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(modules)
        # Unchecked, because an archive's times are those of another machine. A module that does not compile keeps its
        # source only, as before.
        unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
        compileall.compile_dir(modules, ddir=archive, quiet=2, legacy=True, invalidation_mode=unchecked)
        shutil.make_archive(str(new.with_suffix("")), "zip", modules)
        # A new file: uv's cache has the old one too.
        new.replace(archive)
