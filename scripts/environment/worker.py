"""The Glue worker agent, without Docker: the same agent as in Glue's image, with PyPI's Spark."""

from __future__ import annotations

import os
from pathlib import Path

import requests

from scripts.base.isolation import REGION, clean_environment
from scripts.base.paths import LOCAL, TOP
from scripts.base.processes import Daemon
from scripts.base.waiting import NotReady, wait_for
from scripts.environment import shared
from scripts.environment.instance import Instance
from scripts.supply import jars, java, wheels


def daemon(instance: Instance) -> Daemon:
    return Daemon(instance.folder, "worker")


def start(instance: Instance, extra: dict[str, str] | None = None) -> None:
    """Starts the agent unless it runs. Returns when it answers. Tests give `extra` variables."""
    agent = daemon(instance)
    if agent.process() is None:
        home = instance.folder / "worker"
        home.mkdir(exist_ok=True)
        agent.start([java.worker(), "-m", "glue_worker"], {**variables(instance), **(extra or {})}, cwd=home)

    def answers() -> None:
        agent.check_alive()
        try:
            requests.get(f"{instance.worker_url}/health", timeout=5).raise_for_status()
        except requests.RequestException as error:
            raise NotReady(error) from error

    wait_for("the Glue worker", answers, seconds=60, remedy=f"see {agent.log}")


def variables(instance: Instance) -> dict[str, str]:
    """Returns the environment of a worker agent for the instance."""
    python = java.worker()
    home = instance.folder / "worker"
    # Settings of the developer's own Spark, Hadoop or Java would reach the job: the agent passes its environment on.
    own = ("SPARK_", "PYSPARK_", "HADOOP_", "HIVE_", "YARN_", "JAVA_", "JDK_", "_JAVA_")
    spark = spark_home(python)
    return {
        **{name: value for name, value in clean_environment().items() if not name.startswith(own)},
        "JAVA_HOME": str(java.home()),
        "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(TOP / "emulator"),
        "PYSPARK_PYTHON": str(python),
        "TMPDIR": str(home),
        "AWS_DEFAULT_REGION": REGION,
        "GLUE_WORKER_LISTEN": f"127.0.0.1:{instance.ports.worker}",
        "GLUE_WORKER_TOKEN_FILE": str(instance.secret_file("worker_token")),
        "GLUE_WORKER_HOME": str(home),
        # One for the clone: the JVM accepts an archive only for the jars of the same folder.
        "GLUE_WORKER_CLASS_ARCHIVES": str(LOCAL / "class-archives"),
        "GLUE_WORKER_AWS_ENDPOINT_URL": instance.endpoint_url,
        "GLUE_WORKER_S3A_ENDPOINT_URL": instance.tls_endpoint_url,
        "GLUE_WORKER_TRUST_STORE": str(instance.tls_files()[1]),
        # Spark's own search for its home breaks in a folder with a space.
        "SPARK_HOME": str(spark),
        "GLUE_WORKER_SPARK_SUBMIT": str(spark / "bin" / "spark-submit"),
        "GLUE_WORKER_JARS": str(jars.worker()),
        "GLUE_WORKER_NATIVE_WHEELS": str(wheels.native_folder()),
        "GLUE_WORKER_LAPTOP": str(TOP),
        "GLUE_WORKER_WARM": shared.warm(),
        "GLUE_WORKER_DEBUG_COMMAND": "make debug",
        "GLUE_WORKER_PACKAGES_COMMAND": "make glue-packages",
    }


def spark_home(python: Path) -> Path:
    """Returns the folder of the Spark in the venv of interpreter `python`."""
    return next((python.parent.parent / "lib").glob("python3*/site-packages/pyspark"))
