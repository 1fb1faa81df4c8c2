"""Spark's own web page of a run, on this machine only. Jobs run without it unless somebody asks for it."""

from __future__ import annotations

import socket
from typing import Any

from scripts.cloud.cloud import Cloud


def switched_on(cloud: Cloud, outputs: dict[str, Any], arguments: dict[str, str]) -> tuple[dict[str, str], str]:
    """Returns `arguments` with Spark's UI on, and its address.

    The UI listens on 127.0.0.1, as everything of a run does, and ends with the run.
    """
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    name = outputs["glue_job_performance_academica_name"]
    defaults = cloud.client("glue").get_job(JobName=name)["Job"].get("DefaultArguments", {})
    # `--conf` is one argument: the run's own would take the place of the job's.
    before = arguments.get("--conf") or defaults.get("--conf", "")
    ours = f"spark.ui.enabled=true --conf spark.ui.port={port}"
    settings = f"{before} --conf {ours}" if before else ours
    return {**arguments, "--conf": settings}, f"http://127.0.0.1:{port}"
