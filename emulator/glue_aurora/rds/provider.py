"""The RDS service: operations, each with its handler, one request at a time."""

from collections.abc import Mapping
from typing import Any

from localstack.aws.api import RequestContext
from localstack.services.plugins import Service

from glue_aurora.rds import clusters, engine, http_endpoint, instances, subnet_groups, tags
from glue_aurora.rds.lock import LOCK
from glue_aurora.rds.parameter_groups import CLUSTER, INSTANCE
from glue_aurora.service import dispatch

_HANDLERS: dict[str, dispatch.Handler] = {
    "CreateDBSubnetGroup": subnet_groups.create,
    "DescribeDBSubnetGroups": subnet_groups.describe,
    "ModifyDBSubnetGroup": subnet_groups.modify,
    "DeleteDBSubnetGroup": subnet_groups.delete,
    **CLUSTER.handlers(),
    **INSTANCE.handlers(),
    "CreateDBCluster": clusters.create,
    "DescribeDBClusters": clusters.describe,
    "ModifyDBCluster": clusters.modify,
    "DeleteDBCluster": clusters.delete,
    "EnableHttpEndpoint": http_endpoint.enable,
    "DisableHttpEndpoint": http_endpoint.disable,
    "DescribeGlobalClusters": clusters.describe_global,
    "CreateDBInstance": instances.create,
    "DescribeDBInstances": instances.describe,
    "ModifyDBInstance": instances.modify,
    "RebootDBInstance": instances.reboot,
    "DeleteDBInstance": instances.delete,
    "DescribeDBEngineVersions": engine.describe_versions,
    "DescribeOrderableDBInstanceOptions": engine.describe_orderable,
    "ListTagsForResource": tags.list_tags,
    "AddTagsToResource": tags.add,
    "RemoveTagsFromResource": tags.remove,
}


def create_service() -> Service:
    """The service that LocalStack loads at the first request to RDS."""
    return dispatch.create_service("rds", {name: _serial(handler) for name, handler in _HANDLERS.items()})


def _serial(handler: dispatch.Handler) -> dispatch.Handler:
    def handle(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any] | None:
        with LOCK:
            return handler(context, request)

    return handle
