"""Jobs: create, read, update, delete. What a definition may hold is in job_definition.py."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext

from glue_aurora.glue.errors import IdempotentParameterMismatchError, InvalidInputError, JobNotFoundError
from glue_aurora.glue.job_definition import build_definition
from glue_aurora.glue.pagination import page
from glue_aurora.glue.store import Job, store_for
from glue_aurora.glue.tags import check_tags, has_tags, remove_tags, set_initial_tags


def create_job(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """CreateJob. The same request again is answered as the first was; another one for the name is refused."""
    name = request["Name"]
    if not name.strip():
        raise InvalidInputError("The name of a job must not be blank.")
    definition = build_definition(request)
    check_tags(request.get("Tags", {}))
    store = store_for(context)
    with store.lock:
        existing = store.jobs.get(name)
        if existing is not None:
            if existing.request != request:
                raise IdempotentParameterMismatchError("Job", name)
            return {"Name": name}
        now = datetime.now(UTC)
        definition.update(Name=name, CreatedOn=now, LastModifiedOn=now)
        store.jobs[name] = Job(name, f"j_{secrets.token_hex(32)}", definition, request)
        store.runs[name] = []
        set_initial_tags(context, "job", name, request.get("Tags", {}))
    return {"Name": name}


def get_job(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """GetJob."""
    store = store_for(context)
    with store.lock:
        job = store.jobs.get(request["JobName"])
        if job is None:
            raise JobNotFoundError(request["JobName"])
        return {"Job": job.definition}


def get_jobs(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """GetJobs, by name."""
    store = store_for(context)
    with store.lock:
        definitions = [store.jobs[name].definition for name in sorted(store.jobs)]
    chosen, token = page(definitions, request, key=lambda item: str(item["Name"]))
    return {"Jobs": chosen, "NextToken": token}


def list_jobs(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """ListJobs: names, filtered by tags."""
    store = store_for(context)
    with store.lock:
        names = [name for name in sorted(store.jobs) if has_tags(context, "job", name, request.get("Tags", {}))]
    chosen, token = page(names, request, key=str)
    return {"JobNames": chosen, "NextToken": token}


def batch_get_jobs(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """BatchGetJobs."""
    store = store_for(context)
    with store.lock:
        found = [store.jobs[name].definition for name in request["JobNames"] if name in store.jobs]
        missing = [name for name in request["JobNames"] if name not in store.jobs]
    return {"Jobs": found, "JobsNotFound": missing}


def update_job(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """UpdateJob: replaces the definition; what the update leaves out goes back to its default."""
    store = store_for(context)
    name = request["JobName"]
    with store.lock:
        job = store.jobs.get(name)
        if job is None:
            raise JobNotFoundError(name)
        definition = build_definition(request["JobUpdate"], present=job.definition)
        definition.update(Name=name, CreatedOn=job.definition["CreatedOn"], LastModifiedOn=datetime.now(UTC))
        store.jobs[name] = Job(name, job.job_id, definition, {**request["JobUpdate"], "Name": name})
    return {"JobName": name}


def delete_job(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """DeleteJob: a job that does not exist is no error. Runs under way go on to their end and are forgotten with it."""
    store = store_for(context)
    name = request["JobName"]
    with store.lock:
        store.jobs.pop(name, None)
        store.runs.pop(name, None)
        remove_tags(context, "job", name)
    return {"JobName": name}
