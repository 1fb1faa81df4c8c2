"""The RDS service: which function answers which operation. Every other operation answers 501 with its name."""

from localstack.services.plugins import Service, ServiceLifecycleHook

from glue_aurora.rds import clusters, engine, http_endpoint, instances, restored, subnet_groups, tags
from glue_aurora.rds.dialect import MODEL_RULES
from glue_aurora.rds.parameter_groups import CLUSTER, INSTANCE
from glue_aurora.rds.store import all_clusters, rds_stores
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


class RdsLifecycle(ServiceLifecycleHook):
    """Tells the service when LocalStack has read its state."""

    def on_after_state_load(self) -> None:
        """Has the clusters' databases again: PostgreSQL keeps them, and may know less or other things.

        Raises:
            DatabaseError: PostgreSQL lacks a cluster's role or database, or refuses.
        """
        for cluster in all_clusters():
            restored.bring_back(cluster)


def create_service() -> Service:
    """Returns the service for the entry point `rds:default`."""
    return dispatch.create_service(SERVICE, RdsLifecycle())
