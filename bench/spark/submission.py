"""Prints how the worker agent launches a script: command line and environment, made by its own code, as JSON.

``submission.py FOLDER SCRIPT JARS_FOLDER PYTHON_PATH EXTRA_JARS MEMORY ARGUMENT…`` in the worker's venv, with the
agent's package on PYTHONPATH. Outside of what is measured: on AWS that is Glue's part.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from glue_worker import runscript
from glue_worker.config import Config
from glue_worker.request import RunRequest
from glue_worker.spark import RunFiles, job_environment, submit_command


def main(folder: Path, script: Path, jars: str, python_path: str, extra_jars: str, memory: str, *pairs: str) -> None:
    token = folder / "token"
    token.write_text("none: no agent listens")
    arguments = dict(zip(pairs[::2], pairs[1::2], strict=True))
    environ = {
        **os.environ,
        "GLUE_WORKER_LISTEN": "127.0.0.1:0",
        "GLUE_WORKER_TOKEN_FILE": str(token),
        "GLUE_WORKER_HOME": str(folder),
        "GLUE_WORKER_AWS_ENDPOINT_URL": "http://127.0.0.1:1",  # nobody is there: the files are local
        "GLUE_WORKER_SPARK_SUBMIT": str(Path(sys.executable).with_name("spark-submit")),
        "GLUE_WORKER_JARS": jars,
        "PYSPARK_PYTHON": sys.executable,
    }
    if memory:
        environ["GLUE_WORKER_DRIVER_MEMORY"] = memory
    config = Config.from_environment(environ)
    request = RunRequest.parse(
        {
            "run_id": "jr_bench",
            "job_name": "bench",
            "script_location": "s3://bench/job.py",
            "arguments": arguments,
            "credentials": {"access_key_id": "none", "secret_access_key": "none", "session_token": None},
            "region": "us-east-1",
            "timeout_seconds": 3600,
            "log_groups": {"output": "none", "error": "none"},
            "log_stream": "none",
            "internet": False,
        }
    )
    files = RunFiles(
        folder=folder,
        runscript=Path(runscript.__file__),
        script=script,
        report=folder / "report",
        jars=[Path(jar) for jar in extra_jars.split(os.pathsep) if jar],
        python_path=[Path(entry) for entry in python_path.split(os.pathsep) if entry],
    )
    files.tmp.mkdir(parents=True, exist_ok=True)
    environment = job_environment(environ, config, request, files)
    print(json.dumps({"command": submit_command(config, request, files), "environment": environment}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
