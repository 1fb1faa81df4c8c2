"""AWS Glue, and the role that a job's maker hands to it.

Sources: service-authorization/latest/reference/list_awsglue.html; glue/latest/dg/create-service-policy.html
(iam:PassRole).
"""

from collections.abc import Mapping
from typing import Any

from glue_aurora.parity.identity.needs.need import Facts, Need
from glue_aurora.service.call import Call

_CONNECTION = frozenset({"GetConnection", "CreateConnection", "UpdateConnection", "DeleteConnection"})
_UNKNOWN = ("aws:resourcetag/*",)


def needs(call: Call, facts: Facts) -> list[Need]:
    """Returns the needs of an operation of Glue."""
    action = f"glue:{call.operation}"
    if call.operation in _CONNECTION:
        given = call.parameters.get("ConnectionInput") or {}
        name = call.text("Name") or call.text("ConnectionName") or str(given.get("Name", ""))
        return of_connection(call, call.operation, name)
    if call.operation in ("TagResource", "UntagResource", "GetTags"):
        return [Need(action, call.text("ResourceArn") or None, unknown=_UNKNOWN)]
    resource = _resource(call)
    found = [Need(action, call.arn("glue", resource) if resource else None, _tags(call), unknown=_UNKNOWN)]
    if call.operation in ("CreateJob", "UpdateJob"):
        job: Mapping[str, Any] = call.parameters.get("JobUpdate") or call.parameters
        if role := str(job.get("Role") or ""):
            found.append(_passed(call, facts, role))
    return found


def of_connection(call: Call, operation: str, name: str) -> list[Need]:
    """Returns the needs of an operation on a connection: the catalog and the connection are both resources."""
    resources = ("catalog", f"connection/{name}")
    return [Need(f"glue:{operation}", call.arn("glue", resource), unknown=_UNKNOWN) for resource in resources]


def _resource(call: Call) -> str:
    if "Trigger" in call.operation and call.text("Name"):
        return f"trigger/{call.text('Name')}"
    if "Job" in call.operation:
        name = call.text("JobName") or call.text("Name")
        return f"job/{name}" if name else ""
    return ""


def _tags(call: Call) -> dict[str, tuple[str, ...]]:
    tags: Mapping[str, str] = call.parameters.get("Tags") or {}
    if not isinstance(tags, Mapping) or not tags:
        return {}
    of_request = {f"aws:requesttag/{name.lower()}": (str(value),) for name, value in tags.items()}
    return {**of_request, "aws:tagkeys": tuple(tags)}


def _passed(call: Call, facts: Facts, role: str) -> Need:
    known = facts.role(role.rpartition("/")[2] if not role.startswith("arn:") else role, call.account)
    arn = known[0] if known else role if role.startswith("arn:") else f"arn:aws:iam::{call.account}:role/{role}"
    context = {"iam:passedtoservice": ("glue.amazonaws.com",)}
    return Need("iam:PassRole", arn, context, ("iam:passedtoservice",), unknown=_UNKNOWN)
