"""Tags of RDS resources, by ARN."""

from collections.abc import Callable, Mapping
from typing import Any

from localstack.aws.api import RequestContext

from glue_aurora.rds import clusters, faults, instances, subnet_groups
from glue_aurora.rds.models import Tags
from glue_aurora.rds.parameter_groups import CLUSTER, INSTANCE
from glue_aurora.rds.requests import refuse_unknown_members, required, tag_list, tags_of
from glue_aurora.service.errors import NotSupportedError


def list_tags(context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
    refuse_unknown_members("ListTagsForResource", request, ("ResourceName",))
    return {"TagList": tag_list(_tags(context, request))}


def add(context: RequestContext, request: Mapping[str, Any]) -> None:
    _tags(context, request).update(tags_of(request))


def remove(context: RequestContext, request: Mapping[str, Any]) -> None:
    tags = _tags(context, request)
    for key in request.get("TagKeys") or []:
        tags.pop(key, None)


def _tags(context: RequestContext, request: Mapping[str, Any]) -> Tags:
    """The resource's own tags. Raises ApiError: not an RDS ARN of this account and region, or no such resource."""
    name = required(request, "ResourceName")
    parts = name.split(":", 6)
    if len(parts) != 7 or parts[2:5] != ["rds", context.region, context.account_id]:
        raise faults.invalid_value(f"Invalid resource name: {name}")
    kind, resource = parts[5:]
    finders: dict[str, Callable[[RequestContext, str], Any]] = {
        "cluster": clusters.find,
        "db": instances.find,
        "subgrp": subnet_groups.find,
        "cluster-pg": CLUSTER.find,
        "pg": INSTANCE.find,
    }
    if kind not in finders:
        raise NotSupportedError(f"Tags of a {kind}")
    tags: Tags = finders[kind](context, resource).tags
    return tags
