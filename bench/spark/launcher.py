"""Prepares a script's launch by the worker agent's own code. It is not measured: on AWS it is Glue's part.

It reads a JSON object on standard input and writes one on standard output. It runs in the worker's venv with the
agent's package on PYTHONPATH. `launcher.py archive` makes the JVM's class archive, which a worker has after its first
half minute. `launcher.py launch` makes the command line and environment of a run.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

import pyspark
from glue_worker.class_archive import ClassArchive
from glue_worker.config import Config
from glue_worker.preparation import place_runscript
from glue_worker.request import RunRequest
from glue_worker.spark import RunFiles, job_environment, submit_command
from glue_worker.versions import find_versions


def archive(asked: dict[str, Any]) -> dict[str, Any]:
    """`{"jvm_options": […]}` that use the archive, when it is made. `asked` has `environment` and `folder`."""
    config = Config.from_environment(environ(asked))
    made = ClassArchive(config, find_versions(config))
    made.prepare()
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join()
    return {"jvm_options": made.options()}


def launch(asked: dict[str, Any]) -> dict[str, Any]:
    """`{"command": […], "environment": {…}}`.

    `asked` has `environment` (the agent's settings), `folder`, `script`, `arguments`, `jars`, `python_path` and
    `jvm_options`.
    """
    config = Config.from_environment(environ(asked))
    request = RunRequest.parse(
        {
            "run_id": "jr_bench",
            "job_name": "bench",
            "script_location": "s3://bench/job.py",
            "arguments": asked["arguments"],
            "credentials": {"access_key_id": "none", "secret_access_key": "none", "session_token": None},
            "region": "us-east-1",
            "timeout_seconds": 3600,
            "log_groups": {"output": "none", "error": "none"},
            "log_stream": "none",
            "internet": False,
        }
    )
    folder = Path(asked["folder"])
    files = RunFiles(
        folder=folder,
        runscript=place_runscript(folder),
        script=Path(asked["script"]),
        report=folder / "report",
        jars=[Path(jar) for jar in asked["jars"]],
        python_path=[Path(entry) for entry in asked["python_path"]],
    )
    files.tmp.mkdir(parents=True, exist_ok=True)
    environment = job_environment(os.environ, config, request, files, asked["jvm_options"])
    return {"command": submit_command(config, request, files), "environment": environment}


def environ(asked: dict[str, Any]) -> dict[str, str]:
    """The agent's environment: the settings in `asked`, and those that it demands without using them here."""
    token = Path(asked["folder"]) / "token"
    token.write_text("no agent listens")
    return {
        **os.environ,
        "GLUE_WORKER_LISTEN": "127.0.0.1:0",
        "GLUE_WORKER_TOKEN_FILE": str(token),
        "GLUE_WORKER_HOME": asked["folder"],
        "GLUE_WORKER_AWS_ENDPOINT_URL": "http://127.0.0.1:1",  # the files are local
        "GLUE_WORKER_SPARK_SUBMIT": str(Path(pyspark.__file__).parent / "bin" / "spark-submit"),
        "PYSPARK_PYTHON": sys.executable,
        **asked["environment"],
    }


if __name__ == "__main__":
    answer = {"archive": archive, "launch": launch}[sys.argv[1]]
    print(json.dumps(answer(json.load(sys.stdin))))
