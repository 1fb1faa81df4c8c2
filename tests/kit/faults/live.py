"""A user's environment as the recovery tests see it: the processes of a run, its objects, its table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psutil
import psycopg

from scripts.case.job import ENDED
from scripts.environment import localstack, postgres, worker
from scripts.environment.database import connect_as_superuser
from scripts.environment.instance import Instance
from tests.kit.user import User

# A killed part, and whether it lives without a run.
PARTS = {
    "LocalStack": True,
    "the worker": True,
    "PostgreSQL": True,
    "the guard": False,
    "the JVM": False,
    "the driver": False,
    "make run": False,
}


@dataclass(frozen=True)
class Live:
    """The environment in `instance`, for which `user` types targets. `outputs` are Terraform's."""

    user: User
    instance: Instance
    outputs: dict[str, Any]

    def superuser(self) -> psycopg.Connection[Any]:
        connection = connect_as_superuser(self.instance, self.outputs["aurora_database_name"])
        connection.autocommit = True
        return connection

    def runs(self) -> list[dict[str, Any]]:
        name = self.outputs["glue_job_performance_academica_name"]
        found: list[dict[str, Any]] = self.instance.client("glue").get_job_runs(JobName=name)["JobRuns"]
        return found

    def look(self, run_id: str) -> dict[str, Any]:
        return next(run for run in self.runs() if run["Id"] == run_id)

    def is_idle(self) -> bool:
        return all(run["JobRunState"] in ENDED for run in self.runs())

    def keys(self, prefix: str) -> list[str]:
        pages = self.instance.client("s3").get_paginator("list_objects_v2")
        found = pages.paginate(Bucket=self.outputs["bucket_data_name"], Prefix=prefix)
        return [each["Key"] for page in found for each in page.get("Contents", [])]

    def processes(self) -> list[psutil.Process]:
        """Returns the processes below the worker."""
        agent = worker.daemon(self.instance).process()
        return agent.children(recursive=True) if agent else []

    def victims(self, part: str) -> list[psutil.Process]:
        """Returns the processes of a part; none while the part does not live."""
        daemons = {"LocalStack": localstack.daemon, "the worker": worker.daemon, "PostgreSQL": postgres.daemon}
        if part in daemons:
            process = daemons[part](self.instance).process()
            return [process] if process else []
        return [each for each in self.processes() if _is(part, each)]


def _is(part: str, process: psutil.Process) -> bool:
    try:
        told = process.cmdline()
        if part == "the JVM":
            return bool(process.name() == "java")
        script = {"the guard": "guard.py", "the driver": "runscript.py"}[part]
        return "python" in str(process.name()) and any(each.endswith(script) for each in told[1:5])
    except psutil.Error:
        return False
