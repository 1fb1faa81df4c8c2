"""Starts, reads and stops job runs."""

from collections.abc import Mapping
from typing import Any

from localstack.aws.api import RequestContext

from glue_aurora.glue.dialect import PAGES
from glue_aurora.glue.errors import EntityNotFoundError, InvalidInputError, JobNotFoundError
from glue_aurora.glue.run_manager import run_manager
from glue_aurora.glue.store import GlueStore, JobRun, store_of


def start_job_run(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Starts a run, or with JobRunId a retry of an ended run.

    A retry takes from the ended run the parameters that the request does not give.
    """
    store = store_of(context)
    overrides = {name: value for name, value in request.items() if name not in ("JobName", "JobRunId")}
    job = store.jobs.get(request["JobName"])
    if job is None:
        raise EntityNotFoundError("Failed to start job run due to missing metadata.")  # [AWS]
    previous = None
    if "JobRunId" in request:
        previous = _find(store, job.name, request["JobRunId"])
        if not previous.ended:
            raise InvalidInputError(f"Job run {previous.run_id} has not ended and cannot be retried.")
        overrides = {**previous.overrides, **overrides}
    run = run_manager.start(store, job, context.account_id, context.region, overrides, previous=previous)
    return {"JobRunId": run.run_id}


def get_job_run(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns a run."""
    store = store_of(context)
    return {"JobRun": _find(store, request["JobName"], request["RunId"]).to_api()}


def get_job_runs(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the runs of a job, the newest first."""
    store = store_of(context)
    if request["JobName"] not in store.jobs:
        raise JobNotFoundError(request["JobName"])
    newest_first = [run.to_api() for run in reversed(store.runs[request["JobName"]])]
    return PAGES.page(request, "JobRuns", newest_first, key=lambda run: str(run["Id"]), default_size=200)


def batch_stop_job_run(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Stops runs. Errors names each run that has ended or does not exist."""
    store = store_of(context)
    name = request["JobName"]
    submitted: list[dict[str, str]] = []
    errors: list[dict[str, Any]] = []
    for run_id in request["JobRunIds"]:
        try:
            with store.lock:
                run = _find(store, name, run_id)
            if run_manager.stop(store, run):
                submitted.append({"JobName": name, "JobRunId": run_id})
                continue
            code, message = "JobRunInTerminalStateException", f"Job run {run_id} has ended: {run.state}."
        except EntityNotFoundError as error:
            code, message = error.code, str(error)
        detail = {"ErrorCode": code, "ErrorMessage": message}
        errors.append({"JobName": name, "JobRunId": run_id, "ErrorDetail": detail})
    return {"SuccessfulSubmissions": submitted, "Errors": errors}


def no_job_bookmark(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Answers that the job has no bookmark: jobs with bookmarks are refused."""
    store = store_of(context)
    if request["JobName"] not in store.jobs:
        raise JobNotFoundError(request["JobName"])
    raise EntityNotFoundError(f"Continuation for job {request['JobName']} not found")


def _find(store: GlueStore, job_name: str, run_id: str) -> JobRun:
    for run in store.runs.get(job_name, []):
        if run.run_id == run_id:
            return run
    raise EntityNotFoundError(f"Job run {run_id} of job {job_name} not found.")
