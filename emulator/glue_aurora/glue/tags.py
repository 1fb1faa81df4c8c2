"""Tags of jobs, triggers and connections."""

import re
from collections.abc import Mapping
from typing import Any

from localstack.aws.api import RequestContext

from glue_aurora.glue.dialect import TAGS
from glue_aurora.glue.errors import EntityNotFoundError, InvalidInputError, UnsupportedValueError
from glue_aurora.glue.store import store_of
from glue_aurora.service import tags
from glue_aurora.service.tags import Tags

_ARN = re.compile(r"arn:[\w-]+:glue:(?P<region>[^:]*):(?P<account>\d*):(?P<kind>[^/]+)/(?P<name>.+)")


def arn(context: RequestContext, kind: str, name: str) -> str:
    """Returns the ARN of a resource; `kind` is `job`, `trigger` or `connection`."""
    return f"arn:{context.partition}:glue:{context.region}:{context.account_id}:{kind}/{name}"


def set_initial_tags(context: RequestContext, kind: str, name: str, initial: Tags) -> None:
    """Keeps the tags of a resource that a create request has just made."""
    store_of(context).tags[arn(context, kind, name)] = initial


def remove_tags(context: RequestContext, kind: str, name: str) -> None:
    """Forgets the tags of a deleted resource."""
    store_of(context).tags.pop(arn(context, kind, name), None)


def has_tags(context: RequestContext, kind: str, name: str, wanted: Mapping[str, str]) -> bool:
    """Returns whether a resource carries all tags of `wanted` (the filter of ListJobs and ListTriggers)."""
    return wanted.items() <= store_of(context).tags.get(arn(context, kind, name), {}).items()


def get_tags(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the tags of a job, trigger or connection."""
    return {"Tags": dict(_tags_of(context, request["ResourceArn"]))}


def tag_resource(context: RequestContext, request: Mapping[str, Any]) -> None:
    """Adds tags to a job, trigger or connection, or changes their values."""
    TAGS.add(_tags_of(context, request["ResourceArn"]), request["TagsToAdd"])


def untag_resource(context: RequestContext, request: Mapping[str, Any]) -> None:
    """Removes tags of a job, trigger or connection. A missing key is no error."""
    tags.remove(_tags_of(context, request["ResourceArn"]), request["TagsToRemove"])


def _tags_of(context: RequestContext, resource_arn: str) -> Tags:
    store = store_of(context)
    match = _ARN.fullmatch(resource_arn)
    if match is None or (match["region"], match["account"]) != (context.region, context.account_id):
        raise InvalidInputError(f"{resource_arn} is not an ARN of AWS Glue in this account and region.")
    resources: Mapping[str, Mapping[str, Any]] = {
        "job": store.jobs,
        "trigger": store.triggers,
        "connection": store.connections,
    }
    if match["kind"] not in resources:
        raise UnsupportedValueError(f"A tag on {match['kind']}", "Jobs, triggers and connections can be tagged.")
    if match["name"] not in resources[match["kind"]]:
        raise EntityNotFoundError(f"{resource_arn} not found.")
    return store.tags.setdefault(resource_arn, {})
