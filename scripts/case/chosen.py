"""The run that a user means: by its whole id, or the last one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from scripts.base.errors import CommandError
from scripts.cloud.cloud import Cloud

FEW = 5  # ids that an error or `make status` names
LOOKED_AT = 1000  # runs among which a cut id is looked up


@dataclass(frozen=True)
class Found:
    """A run as Glue describes it. `arguments` are the job's defaults, and over them `own_arguments`, the run's.

    `ended` is None while the run has not ended.
    """

    id: str
    state: str
    error: str
    started: datetime | None
    seconds: int
    arguments: Mapping[str, str]
    own_arguments: Mapping[str, str]
    ended: datetime | None = None


def last_runs(cloud: Cloud, outputs: Mapping[str, Any], count: int = FEW) -> list[Found]:
    """Returns the last runs of the job, the newest first."""
    defaults = _defaults(cloud, outputs)
    return [_found(each, defaults) for each in islice(_runs(cloud, outputs), count)]


def chosen_run(cloud: Cloud, outputs: Mapping[str, Any], run_id: str = "") -> Found:
    """Returns the run `run_id`, or the last run when it is empty.

    Raises:
        CommandError: the job has no such run, or no run at all. The error names runs that begin with `run_id`.
    """
    name, glue = outputs["glue_job_performance_academica_name"], cloud.client("glue")
    if run_id:
        try:
            described: Mapping[str, Any] = glue.get_job_run(JobName=name, RunId=run_id)["JobRun"]
        except (glue.exceptions.EntityNotFoundException, glue.exceptions.InvalidInputException):
            raise _unknown(run_id, [each["Id"] for each in islice(_runs(cloud, outputs), LOOKED_AT)]) from None
    else:
        newest = next(_runs(cloud, outputs), None)
        if newest is None:
            raise CommandError(
                "the job has not run yet", f"start it with `make {'run' if cloud.is_local else 'aws-run'}`"
            )
        described = newest
    return _found(described, _defaults(cloud, outputs))


def _defaults(cloud: Cloud, outputs: Mapping[str, Any]) -> Mapping[str, str]:
    described = cloud.client("glue").get_job(JobName=outputs["glue_job_performance_academica_name"])["Job"]
    return described.get("DefaultArguments", {})


def _unknown(run_id: str, known: list[str]) -> CommandError:
    whole = [each for each in known if each.startswith(run_id.rstrip("….")) and run_id.rstrip("….")]
    if len(whole) == 1:
        return CommandError(f"RUN_ID={run_id} is only the beginning of a run's id", f"give it whole: RUN_ID={whole[0]}")
    if whole:
        return CommandError(
            f"RUN_ID={run_id} is the beginning of {len(whole)} ids", f"give one of them whole: {', '.join(whole[:FEW])}"
        )
    last = f"the last runs are {', '.join(known[:FEW])}" if known else "the job has not run yet"
    return CommandError(f"the job has no run with the id {run_id}", f"{last}; without RUN_ID the last one is meant")


def _runs(cloud: Cloud, outputs: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    pages = cloud.client("glue").get_paginator("get_job_runs")
    for page in pages.paginate(JobName=outputs["glue_job_performance_academica_name"]):
        yield from page["JobRuns"]


def _found(described: Mapping[str, Any], defaults: Mapping[str, str]) -> Found:
    return Found(
        id=described["Id"],
        state=described["JobRunState"],
        error=described.get("ErrorMessage", ""),
        started=described.get("StartedOn"),
        seconds=described.get("ExecutionTime", 0),
        arguments={**defaults, **described.get("Arguments", {})},
        own_arguments=described.get("Arguments", {}),
        ended=described.get("CompletedOn"),
    )
