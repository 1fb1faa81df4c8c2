"""The project's virtual environments (venvs), one for each concern. uv makes them from hash-locked requirements.

`bootstrap.sh` makes `tools`, which has the commands and tests, before this module can run.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from filelock import FileLock

from scripts.base.console import step
from scripts.base.errors import SetupError, remedy_for
from scripts.base.paths import REQUIREMENTS, TOP, VENVS, relative
from scripts.doctor import space

UV = VENVS / "uv" / "bin" / "uv"


def python(name: str) -> Path:
    """Returns the path of the interpreter of venv `name`."""
    return VENVS / name / "bin" / "python"


def ensure(
    name: str,
    *requirements: str,
    project: Path | None = None,
    finish: Sequence[Callable[[Path], None]] = (),
) -> Path:
    """Makes venv `name` from `requirements/<file>.txt`, unless it is complete. Returns its interpreter.

    uv installs `project` editable and without its dependencies, which are in the requirements. Then each of `finish`
    gets the venv's folder. The stamp is written last. The next call makes a venv anew whose making broke off, because
    uv takes a package for whole that it copied in part, or whose Python has vanished.

    Raises:
        SetupError: uv failed.
    """
    files = [REQUIREMENTS / f"{file}.txt" for file in requirements]
    inputs = [*files, project / "pyproject.toml"] if project else files
    # A venv that was made before another way to finish it is made up.
    inputs = [*inputs, *(Path(inspect.getfile(each)) for each in finish)]
    wanted = hashlib.sha256(b"\0".join(file.read_bytes() for file in inputs)).hexdigest()
    stamp = VENVS / name / "requirements.sha256"
    VENVS.mkdir(parents=True, exist_ok=True)
    with FileLock(VENVS / f"{name}.lock"):
        if stamp.exists() and stamp.read_text() == wanted and python(name).exists():
            return python(name)
        if lack := space.lack(TOP, share=0.8):  # a fifth is in the venv of the commands
            raise SetupError(lack, space.REMEDY)
        with step(f"setting up {relative(VENVS / name)}"):
            existing = "--allow-existing" if stamp.exists() and python(name).exists() else "--clear"
            stamp.unlink(missing_ok=True)
            _uv("venv", "--quiet", existing, "--python", sys.executable, str(VENVS / name))
            _uv("pip", "sync", "--quiet", "--require-hashes", "--python", str(python(name)), *map(str, files))
            if project:
                install = ("pip", "install", "--quiet", "--no-deps", "--no-build-isolation")
                _uv(*install, "--python", str(python(name)), "--editable", str(project))
            for each in finish:
                each(VENVS / name)
        stamp.write_text(wanted)
    return python(name)


def localstack() -> Path:
    return ensure("localstack", "localstack", project=TOP / "emulator")


def tflocal() -> Path:
    return ensure("tflocal", "tflocal")


def lint() -> Path:
    return ensure("lint", "lint")


def bench() -> Path:
    return ensure("bench", "bench")


def oracle() -> Path:
    return ensure("oracle", "oracle")


def charts() -> Path:
    return ensure("charts", "charts")


def browser() -> Path:
    return ensure("browser", "browser")


def install_into(folder: Path, requirements: Path) -> None:
    """Installs hash-locked `requirements`, and nothing that they need, into `folder`, which no venv uses.

    Raises:
        SetupError: uv failed.
    """
    options = ("--quiet", "--no-deps", "--require-hashes", "--python", sys.executable)
    _uv("pip", "install", *options, "--target", str(folder), "--requirements", str(requirements))


def _uv(*arguments: str) -> None:
    with tempfile.TemporaryDirectory(dir=VENVS) as temporary:  # uv leaves lock files in its temporary folder
        env = {**os.environ, "TMPDIR": temporary}
        done = subprocess.run([str(UV), *arguments], env=env, capture_output=True, text=True)
    if done.returncode:
        raise SetupError(
            f"uv {arguments[0]} failed: {done.stderr.strip()[-2000:]}",
            remedy_for(
                done.stderr,
                "check the network and the index (UV_DEFAULT_INDEX, SSL_CERT_FILE), then run the same command again",
            ),
        )
