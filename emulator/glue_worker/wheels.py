"""Installs `--additional-python-modules`: wheels from S3, without internet, as a Glue job in a private subnet can.

Glue runs pip, which sees Glue's own packages and resolves the wheels' dependencies. Here `--target` keeps the modules
inside the run's folder. With it pip does not look at installed packages, so a dry run resolves the dependencies first.
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-libraries.html
"""

from __future__ import annotations

import platform
import re
import shutil
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path

from glue_worker.errors import LaunchError, ModuleInstallError
from glue_worker.fetch import Fetcher, entries, is_s3
from glue_worker.installed_modules import InstalledModules
from glue_worker.platform_tags import Wheel, glue_refuses

NO_INTERNET = "a job in a subnet has no internet: ship the module's wheel, and those it needs, through S3"
NOT_FROM_PYPI = "installing from PyPI is not supported here: ship the module's wheel, and those it needs, through S3"
# These change nothing: pip gets wheels only, and no index.
HARMLESS_OPTIONS = {"--no-index", "--only-binary=:all:", "--no-cache-dir", "--verbose", "-v", "--quiet", "-q"}
PIP_OPTIONS = [
    "install", "--isolated", "--no-input", "--no-index", "--only-binary=:all:", "--no-cache-dir", "--no-compile",
    "--disable-pip-version-check", "--root-user-action=ignore", "--progress-bar=off",
]  # fmt: skip


@dataclass(frozen=True)
class ModuleInstaller:
    """Installs modules into `folder/python_modules`.

    `run_pip` runs a command and returns its exit code and output. `note` writes a line to the run's error log.
    `earlier` has what pip made for earlier runs.
    """

    folder: Path
    python: str
    native_wheels: Path | None
    internet: bool
    fetcher: Fetcher
    run_pip: Callable[[list[str]], tuple[int, str]]
    note: Callable[[str], None]
    earlier: InstalledModules | None = None

    def install(self, modules: str, installer_options: str) -> Path | None:
        """Installs the comma-separated `modules`. Returns their folder for PYTHONPATH, or None without modules.

        Raises:
            ModuleInstallError: a module is not available, or would not install on Glue.
        """
        wanted = entries(modules)
        if not wanted:
            return None
        if more := set(installer_options.split()) - HARMLESS_OPTIONS:
            raise ModuleInstallError(
                f"--python-modules-installer-option {' '.join(sorted(more))} is not supported here", "leave it out"
            )
        wheels = [self._wheel(url) for url in wanted if is_s3(url)]
        names = [_checked_name(entry) for entry in wanted if not is_s3(entry)]
        arguments = [self._installable(wheel) for wheel in wheels]
        if names or any(_has_dependencies(path) for path in self._given.glob("*.whl")):
            self._pip(["--dry-run", *arguments, *names])
        if not arguments:
            return None
        target = self.folder / "python_modules"
        install = ["--no-deps", "--target", str(target), *arguments]
        if not self.earlier:
            self._pip(install)
            return target
        key = self.earlier.key([self.python, *install], self._given)
        if self.earlier.copy(key, target):
            names = sorted(path.name for path in self._given.iterdir())
            self.note(f"installed as for an earlier run: {', '.join(names)}")
        else:
            self._pip(install)
            self.earlier.keep(key, target)
        return target

    @property
    def _given(self) -> Path:
        return self.folder / "wheels"

    def _wheel(self, url: str) -> Wheel:
        if not url.endswith(".whl"):
            raise ModuleInstallError(f"{url} is not a wheel", "only .whl files are supported here")
        wheel = Wheel.parse(url.rpartition("/")[2])
        if reason := glue_refuses(wheel):
            raise ModuleInstallError(
                f"ERROR: {wheel.filename} is not a supported wheel on Glue's platform: {reason}",
                "fetch it with pip download --python-version 3.11 --platform manylinux2014_x86_64 --only-binary=:all:",
            )
        try:
            self.fetcher.fetch(url, self._given)
        except LaunchError as error:
            raise ModuleInstallError(error.cause, error.remedy) from error
        return wheel

    def _installable(self, wheel: Wheel) -> str:
        """Returns what pip has to install: the wheel itself, or this platform's build of the same version."""
        if wheel.is_pure or _is_glue_platform():
            return str(self._given / wheel.filename)
        (self._given / wheel.filename).unlink()
        builds = self.native_wheels.glob("*.whl") if self.native_wheels else ()
        same = [path for path in builds if Wheel.parse(path.name).same_release(wheel)]
        for path in same:
            shutil.copy(path, self._given)
        here = f"{sys.platform} {platform.machine()}"
        if not same:
            raise ModuleInstallError(
                f"{wheel.filename} is for Glue's platform; this machine ({here}) has no build of {wheel.requirement}",
                "put its build into the folder of GLUE_WORKER_NATIVE_WHEELS; the environment's set-up fetches it",
            )
        self.note(
            f"{wheel.filename} fits Glue; this machine ({here}) runs its own build of {wheel.requirement} instead"
        )
        return wheel.requirement

    def _pip(self, arguments: list[str]) -> None:
        code, output = self.run_pip(
            [self.python, "-m", "pip", *PIP_OPTIONS, "--find-links", str(self._given), *arguments]
        )
        if code == 0:
            return
        errors = [line for line in output.splitlines() if line.startswith("ERROR:")]
        reason = errors[-1] if errors else f"pip ended with exit code {code}"
        if "No matching distribution" not in reason:
            raise ModuleInstallError(reason, "correct --additional-python-modules")
        raise ModuleInstallError(reason, NOT_FROM_PYPI if self.internet else NO_INTERNET)


def _checked_name(entry: str) -> str:
    """Returns a requirement that pip may get.

    Raises:
        ModuleInstallError: the entry is an option, a URL or a path, which would reach beyond S3 and Glue's packages.
    """
    if entry.startswith("-") or "/" in entry or "@" in entry:
        raise ModuleInstallError(f"{entry!r} is not supported here", "name a package, or the S3 URL of a wheel")
    return entry


def _has_dependencies(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name)]
            text = archive.read(names[0]).decode("utf-8", "replace") if names else ""
    except zipfile.BadZipFile as error:
        raise ModuleInstallError(f"ERROR: Wheel {path.name} is invalid: {error}", "upload it again") from error
    return Parser().parsestr(text, headersonly=True).get("Requires-Dist") is not None


def _is_glue_platform() -> bool:
    return sys.platform == "linux" and platform.machine() in ("x86_64", "AMD64")
