"""Creates, reads, updates and deletes jobs. job_definition.py says what a definition may hold."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext

from glue_aurora.glue.dialect import PAGES, TAGS
from glue_aurora.glue.errors import IdempotentParameterMismatchError, InvalidInputError, JobNotFoundError
from glue_aurora.glue.job_definition import build_definition
from glue_aurora.glue.store import Job, store_of
from glue_aurora.glue.tags import has_tags, remove_tags, set_initial_tags


def create_job(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Creates a job with command `glueetl` in Python, on Glue 5.0 or 5.1.

    The same request again gets the same answer as the first one. Another request for the name is refused.
    """
    name = request["Name"]
    if not name.strip():
        raise InvalidInputError("The name of a job must not be blank.")
    definition = build_definition(request)
    tags = TAGS.checked(request.get("Tags", {}))
    store = store_of(context)
    existing = store.jobs.get(name)
    if existing is not None:
        if existing.request != request:
            raise IdempotentParameterMismatchError("Job", name)
        return {"Name": name}
    now = datetime.now(UTC)
    definition.update(Name=name, CreatedOn=now, LastModifiedOn=now)
    store.jobs[name] = Job(name, f"j_{secrets.token_hex(32)}", definition, request)
    store.runs[name] = []
    set_initial_tags(context, "job", name, tags)
    return {"Name": name}


def get_job(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns a job's definition."""
    store = store_of(context)
    job = store.jobs.get(request["JobName"])
    if job is None:
        raise JobNotFoundError(request["JobName"])
    return {"Job": job.definition}


def get_jobs(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the definitions of all jobs, by name."""
    store = store_of(context)
    definitions = [store.jobs[name].definition for name in sorted(store.jobs)]
    return PAGES.page(request, "Jobs", definitions, key=lambda item: str(item["Name"]))


def list_jobs(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the names of the jobs that have the given tags."""
    store = store_of(context)
    names = [name for name in sorted(store.jobs) if has_tags(context, "job", name, request.get("Tags", {}))]
    return PAGES.page(request, "JobNames", names, key=str)


def batch_get_jobs(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the definitions of the named jobs, and the names that no job has."""
    store = store_of(context)
    found = [store.jobs[name].definition for name in request["JobNames"] if name in store.jobs]
    missing = [name for name in request["JobNames"] if name not in store.jobs]
    return {"Jobs": found, "JobsNotFound": missing}


def update_job(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Replaces a job's definition. What the update leaves out gets its default again."""
    store = store_of(context)
    name = request["JobName"]
    job = store.jobs.get(name)
    if job is None:
        raise JobNotFoundError(name)
    definition = build_definition(request["JobUpdate"], present=job.definition)
    definition.update(Name=name, CreatedOn=job.definition["CreatedOn"], LastModifiedOn=datetime.now(UTC))
    store.jobs[name] = Job(name, job.job_id, definition, {**request["JobUpdate"], "Name": name})
    return {"JobName": name}


def delete_job(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Deletes a job; a missing job is no error. Its runs continue, and are forgotten when they end."""
    store = store_of(context)
    name = request["JobName"]
    store.jobs.pop(name, None)
    store.runs.pop(name, None)
    remove_tags(context, "job", name)
    return {"JobName": name}
