"""Tags of jobs, triggers and connections."""

import re
from collections.abc import Mapping
from typing import Any

from localstack.aws.api import RequestContext

from glue_aurora.glue.errors import EntityNotFoundError, InvalidInputError, UnsupportedValueError
from glue_aurora.glue.store import GlueStore, store_for

_ARN = re.compile(r"arn:[\w-]+:glue:(?P<region>[^:]*):(?P<account>\d*):(?P<kind>[^/]+)/(?P<name>.+)")
_MAXIMUM_TAGS = 50


def arn(context: RequestContext, kind: str, name: str) -> str:
    """ARN of a resource; `kind` is `job`, `trigger` or `connection`."""
    return f"arn:{context.partition}:glue:{context.region}:{context.account_id}:{kind}/{name}"


def check_tags(tags: Mapping[str, str]) -> None:
    """Raises InvalidInputError for a key that AWS reserves."""
    for key in tags:
        if key.lower().startswith("aws:"):
            raise InvalidInputError(f"Tag key {key} is not valid: the prefix aws: is reserved.")


def set_initial_tags(context: RequestContext, kind: str, name: str, tags: Mapping[str, str]) -> None:
    """Tags of a resource that a create request has just made."""
    store_for(context).tags[arn(context, kind, name)] = dict(tags)


def remove_tags(context: RequestContext, kind: str, name: str) -> None:
    """Forgets the tags of a deleted resource."""
    store_for(context).tags.pop(arn(context, kind, name), None)


def has_tags(context: RequestContext, kind: str, name: str, wanted: Mapping[str, str]) -> bool:
    """Whether a resource carries all tags of `wanted` (the filter of ListJobs and ListTriggers)."""
    return wanted.items() <= store_for(context).tags.get(arn(context, kind, name), {}).items()


def get_tags(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """GetTags."""
    store = store_for(context)
    with store.lock:
        return {"Tags": dict(_tags_of(context, store, request["ResourceArn"]))}


def tag_resource(context: RequestContext, request: Mapping[str, Any]) -> None:
    """TagResource: adds tags, or changes the values of those there."""
    check_tags(request["TagsToAdd"])
    store = store_for(context)
    with store.lock:
        tags = _tags_of(context, store, request["ResourceArn"])
        if len(tags.keys() | request["TagsToAdd"].keys()) > _MAXIMUM_TAGS:
            raise InvalidInputError(f"A resource can have at most {_MAXIMUM_TAGS} tags.")
        tags.update(request["TagsToAdd"])


def untag_resource(context: RequestContext, request: Mapping[str, Any]) -> None:
    """UntagResource: a key that the resource does not have is no error."""
    store = store_for(context)
    with store.lock:
        tags = _tags_of(context, store, request["ResourceArn"])
        for key in request["TagsToRemove"]:
            tags.pop(key, None)


def _tags_of(context: RequestContext, store: GlueStore, resource_arn: str) -> dict[str, str]:
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
