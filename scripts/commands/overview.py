"""What of the local environment runs, where it answers, and its last runs; for people and for scripts."""

from __future__ import annotations

from typing import Any

from scripts.base.console import say
from scripts.base.errors import NotRunningError, TerraformError
from scripts.case.chosen import last_runs
from scripts.environment import answers, lifecycle, runtime
from scripts.environment.instance import Instance, user_instance_folder
from scripts.terraform.root import Terraform


def running() -> Instance:
    """Returns the environment of `make local-up`.

    Raises:
        NotRunningError: it does not run, or a part of it does not.
    """
    instance = Instance.load(user_instance_folder())
    if instance is None or not lifecycle.is_running(instance):
        raise NotRunningError()
    return instance


def overview() -> dict[str, Any]:
    """Returns the state of the environment as JSON has it (docs/interfaces.md).

    `remedy` is None when every part runs and answers and terraform/ is applied.
    """
    instance = Instance.load(user_instance_folder())
    if instance is None:
        return {"ready": False, "runtime": None, "parts": {}, "problem": "nothing was started", "remedy": _UP}
    idle = set(runtime.of(instance).idle(instance))
    silent = answers.unanswered(instance)
    parts = {name: _state(name, idle, silent) for name in runtime.ALL}
    found: dict[str, Any] = {"ready": False, "runtime": instance.runtime, "parts": parts}
    if idle:
        down = f"not running: {', '.join(name for name in runtime.ALL if name in idle)}"
        return {**found, "problem": down, "remedy": _UP}
    if silent:
        told = "; ".join(f"{name} does not answer ({reason})" for name, reason in silent.items())
        return {**found, "problem": told, "remedy": "run `make local-down`, then `make local-up`"}
    try:
        outputs = Terraform(instance).outputs()
    except TerraformError as error:  # the parts run, but terraform/ is not applied yet
        return {**found, "problem": error.cause, "remedy": error.remedy or _UP}
    return {**found, "ready": True, "problem": None, "remedy": None, **_places(instance, outputs)}


def show(instance: Instance) -> None:
    """Prints where the environment answers, and the last runs of the job."""
    _show_places(_places(instance, Terraform(instance).outputs()))


def show_all(found: dict[str, Any]) -> None:
    """Prints what `overview` found, one fact a line."""
    if found["runtime"]:
        say(f"runtime      {found['runtime']}")
    instance = Instance.load(user_instance_folder())
    for line in runtime.of(instance).status(instance) if instance else []:
        say(line)
    if found["ready"]:
        _show_places(found)


_UP = "run `make local-up`"


def _state(name: str, idle: set[str], silent: dict[str, str]) -> str:
    if name in idle:
        return "not running"
    return "no answer" if name in silent else "running"


def _places(instance: Instance, outputs: dict[str, Any]) -> dict[str, Any]:
    return {
        "aws_endpoint_url": instance.endpoint_url,
        "postgresql": "{aurora_cluster_endpoint}:{aurora_cluster_port}/{aurora_database_name}".format(**outputs),
        "data_bucket": outputs["bucket_data_name"],
        "glue_job": outputs["glue_job_performance_academica_name"],
        "runs": [
            {
                "id": each.id,
                "state": each.state,
                "started": each.started.isoformat(timespec="seconds") if each.started else None,
                "seconds": each.seconds,
                "error": each.error or None,
            }
            for each in last_runs(instance, outputs)
        ],
    }


def _show_places(found: dict[str, Any]) -> None:
    say(f"AWS API      {found['aws_endpoint_url']}")
    say(f"PostgreSQL   {found['postgresql']}")
    say(f"data bucket  s3://{found['data_bucket']}")
    say(f"Glue job     {found['glue_job']}")
    for run in found["runs"]:
        say(f"  run {run['id']} {run['state']} {run['started']} {run['seconds']} s")
