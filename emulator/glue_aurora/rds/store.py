"""Where the RDS resources of each account and region are kept."""

from collections.abc import Iterator

from localstack.aws.api import RequestContext

from glue_aurora.rds.models import Cluster, Instance, ParameterGroup, SubnetGroup
from glue_aurora.service.locks import lock_of
from glue_aurora.service.stores import Store, Stores, regional


class RdsStore(Store):
    """Resources of one account in one region, by name or identifier.

    The service handles one request at a time: all clusters share one PostgreSQL and one file of access rules.
    """

    LOCKED_TOGETHER = "service"

    subnet_groups: dict[str, SubnetGroup] = regional(dict)
    cluster_parameter_groups: dict[str, ParameterGroup] = regional(dict)
    parameter_groups: dict[str, ParameterGroup] = regional(dict)
    clusters: dict[str, Cluster] = regional(dict)
    instances: dict[str, Instance] = regional(dict)


rds_stores: Stores[RdsStore] = Stores("rds", RdsStore)
store_of = rds_stores.of
LOCK = lock_of(rds_stores.service_name)
"""The lock of every RDS store, for work that starts outside a request to RDS."""


def all_clusters() -> Iterator[Cluster]:
    """Yields the clusters of every account and region: they all share one PostgreSQL."""
    for _account, _region, store in rds_stores.iter_stores():
        yield from store.clusters.values()


def arn(context: RequestContext, kind: str, name: str) -> str:
    """Returns the ARN of an RDS resource; `kind` is cluster, db, subgrp, cluster-pg or pg."""
    return f"arn:{context.partition}:rds:{context.region}:{context.account_id}:{kind}:{name}"
