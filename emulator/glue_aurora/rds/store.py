"""Where the RDS resources of each account and region are kept: in memory, like all of LocalStack Community."""

from collections.abc import Iterator

from localstack.aws.api import RequestContext
from localstack.services.stores import AccountRegionBundle, BaseStore, LocalAttribute

from glue_aurora.rds.models import Cluster, Instance, ParameterGroup, SubnetGroup


class RdsStore(BaseStore):
    """Resources of one account in one region, by name or identifier."""

    subnet_groups: dict[str, SubnetGroup] = LocalAttribute(default=dict)  # type: ignore[assignment]
    cluster_parameter_groups: dict[str, ParameterGroup] = LocalAttribute(default=dict)  # type: ignore[assignment]
    parameter_groups: dict[str, ParameterGroup] = LocalAttribute(default=dict)  # type: ignore[assignment]
    clusters: dict[str, Cluster] = LocalAttribute(default=dict)  # type: ignore[assignment]
    instances: dict[str, Instance] = LocalAttribute(default=dict)  # type: ignore[assignment]


stores = AccountRegionBundle("rds", RdsStore)


def store_of(context: RequestContext) -> RdsStore:
    """Store of the request's account and region."""
    store: RdsStore = stores[context.account_id][context.region]
    return store


def all_clusters() -> Iterator[Cluster]:
    """Clusters of every account and region: all of them share one PostgreSQL."""
    for _account, _region, store in stores.iter_stores():
        yield from store.clusters.values()


def arn(context: RequestContext, kind: str, name: str) -> str:
    """ARN of an RDS resource; `kind` is cluster, db, subgrp, cluster-pg or pg."""
    return f"arn:{context.partition}:rds:{context.region}:{context.account_id}:{kind}:{name}"
