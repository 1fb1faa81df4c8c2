"""The wheels that the job takes to AWS, in two builds: for Glue's platform and for this machine."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from filelock import FileLock

from scripts.base.console import step
from scripts.base.errors import SetupError, remedy_for
from scripts.base.paths import CACHE, REQUIREMENTS, WHEELS
from scripts.supply import venvs

# Glue 5.1 runs Amazon Linux 2023 (glibc 2.34) on x86_64 with Python 3.11.
_GLUE = ["--python-version", "3.11", "--implementation", "cp", "--abi", "cp311"]
_GLUE += ["--platform", "manylinux2014_x86_64", "--platform", "manylinux_2_28_x86_64"]
# The Glue image for arm64 is the same system on another processor.
_GLUE_ARM64 = [part.replace("x86_64", "aarch64") for part in _GLUE]


def native_folder() -> Path:
    return CACHE / "wheels"


def fetch() -> None:
    """Fetches both builds, whose hashes are in `requirements/glue-wheels.txt`.

    Raises:
        SetupError: pip could not fetch a wheel.
    """
    # First where a user's settings can name a folder that can't be written: nothing is fetched then.
    _download(native_folder(), [])
    _download(WHEELS, _GLUE)


def fetch_for_arm64_container() -> Path:
    """Fetches the builds that a Glue container on arm64 runs. Returns their folder.

    Raises:
        SetupError: pip could not fetch a wheel.
    """
    folder = CACHE / "wheels-linux-arm64"
    _download(folder, _GLUE_ARM64)
    return folder


def importable() -> Path:
    """Unpacks this platform's wheels, for tests that import the job outside a run. Returns a folder for PYTHONPATH."""
    fetch()
    folder = native_folder() / "unpacked"
    for wheel in native_folder().glob("*.whl"):
        if not (folder / wheel.stem).exists():
            with tempfile.TemporaryDirectory(dir=native_folder()) as scratch, zipfile.ZipFile(wheel) as archive:
                archive.extractall(scratch)
                shutil.copytree(scratch, folder, dirs_exist_ok=True)
            (folder / wheel.stem).touch()
    return folder


def _are_whole(folder: Path, lock: Path) -> bool:
    """Returns whether `folder` has a wheel for each package of `lock`, each with one of its hashes."""
    pins = lock.read_text(encoding="utf-8")
    hashes = [hashlib.sha256(wheel.read_bytes()).hexdigest() for wheel in folder.glob("*.whl")]
    return len(hashes) == pins.count("==") and all(f"sha256:{each}" in pins for each in hashes)


def _download(folder: Path, platform: list[str]) -> None:
    lock = REQUIREMENTS / "glue-wheels.txt"
    stamp = folder / "requirements.txt"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name(f"{folder.name}.lock")):
        if stamp.exists() and stamp.read_bytes() == lock.read_bytes() and _are_whole(folder, lock):
            return
        with step("fetching the job's wheels"), tempfile.TemporaryDirectory(dir=folder) as scratch:
            pip = [
                str(venvs.python("uv")),
                "-m",
                "pip",
                "download",
                "--quiet",
                "--disable-pip-version-check",
                "--no-input",
            ]
            options = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", str(lock), "-d", scratch]
            done = subprocess.run([*pip, *options, *platform], capture_output=True, text=True)
            if done.returncode:
                raise SetupError(
                    f"pip could not fetch the job's wheels: {done.stderr.strip()[-1500:]}",
                    remedy_for(done.stderr, "check the network and pip's index, then run the same command again"),
                )
            for old in folder.glob("*.whl"):
                old.unlink()
            for wheel in Path(scratch).glob("*.whl"):
                shutil.move(wheel, folder / wheel.name)
        stamp.write_bytes(lock.read_bytes())
