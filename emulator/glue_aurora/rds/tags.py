"""Tags of RDS resources, by ARN."""

from collections.abc import Callable, Mapping
from typing import Any

from localstack.aws.api import RequestContext

from glue_aurora.rds import clusters, faults, instances, subnet_groups
from glue_aurora.rds.dialect import TAGS
from glue_aurora.rds.parameter_groups import CLUSTER, INSTANCE
from glue_aurora.rds.requests import refuse_unknown_members, required
from glue_aurora.service import tags
from glue_aurora.service.errors import NotSupportedError
from glue_aurora.service.tags import Tags


def list_tags(context: RequestContext, request: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the tags of a cluster, instance, DB subnet group or parameter group."""
    refuse_unknown_members("ListTagsForResource", request, ("ResourceName",))
    return {"TagList": tags.as_list(_tags(context, request))}


def add(context: RequestContext, request: Mapping[str, Any]) -> None:
    """Adds tags to a resource, or changes their values."""
    TAGS.add(_tags(context, request), tags.from_list(request["Tags"]))


def remove(context: RequestContext, request: Mapping[str, Any]) -> None:
    """Removes tags of a resource. A missing key is no error."""
    tags.remove(_tags(context, request), request["TagKeys"])


def _tags(context: RequestContext, request: Mapping[str, Any]) -> Tags:
    """Returns the resource's own tags.

    Raises:
        ApiError: the name is no RDS ARN of this account and region, or there is no such resource.
    """
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
        raise NotSupportedError(f"Tagging a {kind}")
    found: Tags = finders[kind](context, resource).tags
    return found
