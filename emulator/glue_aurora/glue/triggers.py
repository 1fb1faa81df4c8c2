"""Triggers. Those of type ON_DEMAND start their jobs. The other types are kept, and cannot be started.

A schedule that never fires would look like success. So StartTrigger and StartOnCreation of a SCHEDULED or CONDITIONAL
trigger are refused.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from localstack.aws.api import RequestContext

from glue_aurora.glue.dialect import PAGES, TAGS
from glue_aurora.glue.errors import (
    EntityNotFoundError,
    IdempotentParameterMismatchError,
    InvalidInputError,
    JobNotFoundError,
    UnsupportedValueError,
)
from glue_aurora.glue.run_manager import run_manager
from glue_aurora.glue.store import GlueStore, store_of
from glue_aurora.glue.tags import has_tags, remove_tags, set_initial_tags
from glue_aurora.service import cron
from glue_aurora.service.errors import NotSupportedError

_MEMBERS = ("Description", "Schedule", "Actions", "Predicate", "EventBatchingCondition")
_REQUEST_OF = "_request"
# Source of both refusals: https://github.com/badmintoncryer/cdk-preflight/tree/main/rules/glue, pf-glue-trigger-*
_WATCHED_STATES = ("SUCCEEDED", "STOPPED", "FAILED", "TIMEOUT")


def create_trigger(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Creates a trigger of type ON_DEMAND, SCHEDULED or CONDITIONAL in state CREATED."""
    store = store_of(context)
    name, kind = request["Name"], request["Type"]
    if kind == "EVENT" or request.get("WorkflowName"):
        raise UnsupportedValueError("A trigger of a workflow or of events", "Use type ON_DEMAND.")
    if request.get("StartOnCreation"):
        if kind == "ON_DEMAND":
            raise InvalidInputError("StartOnCreation is not supported for triggers of type ON_DEMAND.")
        raise _cannot_fire(kind)
    tags = TAGS.checked(request.get("Tags", {}))
    _check(store, kind, request)
    existing = store.triggers.get(name)
    if existing is not None:
        if existing[_REQUEST_OF] != request:
            raise IdempotentParameterMismatchError("Trigger", name)
        return {"Name": name}
    definition = {member: request[member] for member in _MEMBERS if member in request}
    store.triggers[name] = {"Name": name, "Type": kind, "State": "CREATED", **definition, _REQUEST_OF: request}
    set_initial_tags(context, "trigger", name, tags)
    return {"Name": name}


def get_trigger(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns a trigger."""
    store = store_of(context)
    return {"Trigger": _shown(_find(store, request["Name"]))}


def get_triggers(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the triggers, or those that start DependentJobName."""
    return PAGES.page(request, "Triggers", _matching(context, request), key=lambda trigger: str(trigger["Name"]))


def list_triggers(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the names of the triggers that start DependentJobName and have the given tags."""
    names = [str(trigger["Name"]) for trigger in _matching(context, request)]
    return PAGES.page(request, "TriggerNames", names, key=str)


def batch_get_triggers(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the named triggers, and the names that no trigger has."""
    store = store_of(context)
    names = request["TriggerNames"]
    found = [_shown(store.triggers[name]) for name in names if name in store.triggers]
    missing = [name for name in names if name not in store.triggers]
    return {"Triggers": found, "TriggersNotFound": missing}


def update_trigger(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Replaces a trigger's definition. Its type and state stay."""
    store = store_of(context)
    name, update = request["Name"], request["TriggerUpdate"]
    if update.get("Name", name) != name:
        raise InvalidInputError(f"The name of trigger {name} cannot be changed.")
    trigger = _find(store, name)
    _check(store, trigger["Type"], update)
    kept = {member: trigger[member] for member in ("Name", "Type", "State")}
    definition = {member: update[member] for member in _MEMBERS if member in update}
    store.triggers[name] = {**kept, **definition, _REQUEST_OF: {**trigger[_REQUEST_OF], **definition}}
    return {"Trigger": _shown(store.triggers[name])}


def delete_trigger(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Deletes a trigger. A missing trigger is no error."""
    store = store_of(context)
    store.triggers.pop(request["Name"], None)
    remove_tags(context, "trigger", request["Name"])
    return {"Name": request["Name"]}


def start_trigger(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Starts the jobs of an ON_DEMAND trigger, each in a run of its own. Other types are refused.

    One error stops it: the runs that it started before the error continue.
    """
    store = store_of(context)
    name = request["Name"]
    trigger = _find(store, name)
    if trigger["Type"] != "ON_DEMAND":
        raise _cannot_fire(trigger["Type"])
    jobs = [_job(store, action) for action in trigger["Actions"]]
    for job, action in zip(jobs, trigger["Actions"], strict=True):
        overrides = {member: value for member, value in action.items() if member != "JobName"}
        run_manager.start(store, job, context.account_id, context.region, overrides, trigger_name=name)
    return {"Name": name}


def stop_trigger(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Refuses: only an activated trigger can be stopped, and no trigger is ever activated here."""
    store = store_of(context)
    trigger = _find(store, request["Name"])
    raise InvalidInputError(f"Trigger {trigger['Name']} is in state {trigger['State']} and cannot be stopped.")


def _matching(context: RequestContext, request: Mapping[str, Any]) -> list[dict[str, Any]]:
    store = store_of(context)
    wanted_job = request.get("DependentJobName")
    if wanted_job is not None and wanted_job not in store.jobs:
        raise JobNotFoundError(wanted_job)
    return [
        _shown(trigger)
        for name, trigger in sorted(store.triggers.items())
        if wanted_job in (None, *(action.get("JobName") for action in trigger["Actions"]))
        and has_tags(context, "trigger", name, request.get("Tags", {}))
    ]


def _check(store: GlueStore, kind: str, definition: Mapping[str, Any]) -> None:
    actions = definition.get("Actions", [])
    if not actions:
        raise InvalidInputError("A trigger needs at least one action.")
    for action in actions:
        if action.get("CrawlerName"):
            raise UnsupportedValueError("A trigger that starts a crawler", "Start jobs only.")
        _job(store, action)
    schedule, predicate = definition.get("Schedule"), definition.get("Predicate")
    if (kind == "SCHEDULED") != bool(schedule):
        raise InvalidInputError(
            f"Only a trigger of type SCHEDULED has a Schedule, and it must have one; this trigger's type is {kind}."
        )
    if schedule and (reason := cron.fault(schedule)):
        raise InvalidInputError(f"Schedule {schedule} is not valid: {reason}.")
    if (kind == "CONDITIONAL") != bool(predicate):
        raise InvalidInputError(
            f"Only a trigger of type CONDITIONAL has a Predicate, and it must have one; this trigger's type is {kind}."
        )
    _check_conditions(actions, (predicate or {}).get("Conditions") or [])


def _check_conditions(actions: Sequence[Mapping[str, Any]], conditions: Sequence[Mapping[str, Any]]) -> None:
    """Checks which jobs a CONDITIONAL trigger watches, and for which states.

    Raises:
        InvalidInputError: [AWS] It starts a job that it watches, or waits for a state that it can't wait for.
    """
    watched = {condition["JobName"] for condition in conditions if condition.get("JobName")}
    if any(action.get("JobName") in watched for action in actions):
        raise InvalidInputError(
            "Job cannot be a Predicate and Action for Conditional Trigger.",
            remedy="Take the job out of the trigger's Actions or out of its Predicate.",
        )
    if any(condition.get("State") not in (None, *_WATCHED_STATES) for condition in conditions):
        raise InvalidInputError(
            f"JobRunState should be any of: [{', '.join(_WATCHED_STATES)}]",
            remedy="Choose one of these states in the trigger's Predicate.",
        )


def _job(store: GlueStore, action: Mapping[str, Any]) -> Any:
    name = action.get("JobName")
    if name is None:
        raise InvalidInputError("An action of a trigger needs JobName.")
    if name not in store.jobs:
        raise JobNotFoundError(name)
    return store.jobs[name]


def _find(store: GlueStore, name: str) -> dict[str, Any]:
    if name not in store.triggers:
        raise EntityNotFoundError(f"Trigger {name} not found.")
    return store.triggers[name]


def _shown(trigger: Mapping[str, Any]) -> dict[str, Any]:
    return {member: value for member, value in trigger.items() if member != _REQUEST_OF}


def _cannot_fire(kind: str) -> NotSupportedError:
    return NotSupportedError(
        f"Starting a trigger of type {kind}",
        "Create the trigger without StartOnCreation, or do not create it. In Terraform, set enabled = false in the"
        " aws_glue_trigger, or leave the variable that creates it (for example glue_schedule) null.",
    )
