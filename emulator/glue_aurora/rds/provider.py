"""The RDS service: which function answers which operation. Every other operation answers 501 with its name."""

from localstack.services.plugins import Service

from glue_aurora.rds import clusters, engine, http_endpoint, instances, subnet_groups, tags
from glue_aurora.rds.dialect import MODEL_RULES
from glue_aurora.rds.parameter_groups import CLUSTER, INSTANCE
from glue_aurora.rds.store import rds_stores
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


SERVICE = dispatch.Definition("rds", _HANDLERS, stores=rds_stores, model_rules=MODEL_RULES)


def create_service() -> Service:
    """Returns the service for the entry point `rds:default`."""
    return dispatch.create_service(SERVICE)
