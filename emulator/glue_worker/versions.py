"""Finds the versions of Spark, Java and Python. That proves at the agent's start that jobs can run."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from glue_worker.config import Config
from glue_worker.errors import ConfigError
from glue_worker.spark import base_environment

JAVA_MAJOR = "17"
PYTHON = "3.11"
SECONDS = 120


@dataclass(frozen=True)
class Versions:
    spark: str
    python: str
    java: str

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def find_versions(config: Config) -> Versions:
    """Returns the versions that spark-submit and the job's Python name.

    Raises:
        ConfigError: one of them does not start, or the Python or Java is not that of Glue 5.1.
    """
    banner = _output(config, [config.spark_submit, "--version"])
    spark = re.search(r"version (\d+\.\d+\.\d+\S*)", banner)
    java = re.search(r"Using Scala version .*, (\S+)$", banner, flags=re.MULTILINE)
    if not spark or not java:
        raise ConfigError(
            f"{config.spark_submit} --version does not print its version: {banner.strip()[-500:]}",
            "check that it is the spark-submit of Apache Spark",
        )
    if java[1].partition(".")[0] != JAVA_MAJOR:
        raise ConfigError(
            f"Spark runs on Java {java[1]}, but Glue 5.1 needs Java {JAVA_MAJOR}", "set JAVA_HOME to a Java 17"
        )
    python = _output(config, [config.python, "-c", "import platform; print(platform.python_version())"]).strip()
    if not python.startswith(f"{PYTHON}."):
        raise ConfigError(
            f"{config.python} is Python {python}, but Glue 5.1 needs {PYTHON}",
            f"set PYSPARK_PYTHON to a Python {PYTHON}",
        )
    return Versions(spark=spark[1], python=python, java=java[1])


def jars_folder(config: Config) -> Path:
    """Returns the folder of Spark's own jars: that of `SPARK_HOME`, or that of the job's pyspark.

    Raises:
        ConfigError: the job's Python does not start.
    """
    home = os.environ.get("SPARK_HOME") or _output(
        config, [config.python, "-c", "import os, pyspark; print(os.path.dirname(pyspark.__file__))"]
    )
    return Path(home.strip()) / "jars"


def _output(config: Config, command: list[str]) -> str:
    try:
        done = subprocess.run(
            command,
            env=base_environment(os.environ, config, config.home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigError(f"{command[0]} can't be run: {error}", "install it, or correct PATH") from error
    if done.returncode != 0:
        raise ConfigError(
            f"{' '.join(command[:2])} ended with exit code {done.returncode}: {done.stdout.strip()[-500:]}",
            "check that JAVA_HOME is a Java 17",
        )
    return done.stdout
