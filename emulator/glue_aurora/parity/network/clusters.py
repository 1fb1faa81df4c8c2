"""The way of a run to a database cluster, from RDS's and EC2's Describe answers.

A cluster's endpoint is the address of its writer, which has a network interface in a subnet of the cluster's subnet
group (AmazonRDS/latest/AuroraUserGuide/Aurora.Overview.Endpoints.html, USER_VPC.WorkingWithRDSInstanceinaVPC.html).
"""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from glue_aurora.parity.network.packets import Addresses, Peer
from glue_aurora.parity.network.reachability import (
    Interface,
    Way,
    from_internet,
    leads_to,
    to_internet,
    to_peers,
)
from glue_aurora.parity.network.vpc import Description, Vpc


@dataclass(frozen=True)
class Cluster:
    """What decides whether a run reaches a cluster. `subnets` are those of the writer's zone."""

    identifier: str
    host: str
    port: int
    secret_arn: str
    vpc_id: str
    subnets: tuple[str, ...]
    groups: tuple[str, ...]
    public: bool


def read_clusters(rds: Any) -> list[Cluster]:
    """Returns the clusters that have a writer, as a boto3 client of RDS describes them."""
    members = rds.get_paginator("describe_db_instances").paginate().build_full_result()["DBInstances"]
    instances = {each["DBInstanceIdentifier"]: each for each in members}
    described = rds.get_paginator("describe_db_clusters").paginate().build_full_result()["DBClusters"]
    return [found for each in described if (found := _cluster(each, instances))]


def _cluster(described: Description, instances: dict[str, Description]) -> Cluster | None:
    writers = [each["DBInstanceIdentifier"] for each in described["DBClusterMembers"] if each["IsClusterWriter"]]
    if not writers or writers[0] not in instances:
        return None
    writer = instances[writers[0]]
    group = writer["DBSubnetGroup"]
    return Cluster(
        described["DBClusterIdentifier"],
        described["Endpoint"],
        int(described["Port"]),
        (described.get("MasterUserSecret") or {}).get("SecretArn", ""),
        group["VpcId"],
        tuple(
            each["SubnetIdentifier"]
            for each in group["Subnets"]
            if each["SubnetAvailabilityZone"]["Name"] == writer["AvailabilityZone"]
        ),
        tuple(each["VpcSecurityGroupId"] for each in described["VpcSecurityGroups"]),
        bool(writer.get("PubliclyAccessible")),
    )


def clusters_at(clusters: Iterable[Cluster], host: str, port: int) -> list[Cluster]:
    """Returns the clusters with this endpoint. Here several clusters can share one."""
    return [each for each in clusters if (each.host.lower(), each.port) == (host.lower(), port)]


def named_by(clusters: Iterable[Cluster], texts: Collection[str]) -> list[list[Cluster]]:
    """Returns the clusters whose endpoints the texts name, those of one endpoint together.

    A text names an endpoint by `HOST:PORT` inside it, or two texts are its host and its port. Where clusters share an
    endpoint, a text that is the ARN of a managed secret tells which one is meant.
    """
    together: dict[tuple[str, int], list[Cluster]] = {}
    for each in clusters:
        together.setdefault((each.host, each.port), []).append(each)
    found = []
    for (host, port), sharing in together.items():
        address = re.compile(rf"(?<![\w.-]){re.escape(host)}:{port}(?!\d)", re.IGNORECASE)
        apart = host.lower() in {text.lower() for text in texts} and str(port) in texts
        if apart or any(address.search(text) for text in texts):
            found.append([each for each in sharing if each.secret_arn and each.secret_arn in texts] or sharing)
    return found


def to_cluster(
    own: tuple[Vpc, Interface] | None, cluster: Cluster, vpc_of: Callable[[str], Vpc], connections: bool = False
) -> Way:
    """Returns the way of a run to a cluster. `own` is None for a run outside every VPC.

    `connections`: the job has connections, and none gives it a subnet.
    """
    vpc = vpc_of(cluster.vpc_id)
    name = f"cluster {cluster.identifier}"
    peers = [
        Peer(str(vpc.subnets[each]["CidrBlock"]), cluster.groups, subnet=each, addresses=Addresses.ONE)
        for each in cluster.subnets
        if each in vpc.subnets
    ]
    if own is None:
        if cluster.public:
            return from_internet(vpc, peers, cluster.port, name)
        lacks = "no connection with a subnet" if connections else "no connection"
        return Way(
            False,
            stopped_by=(
                f"the job has {lacks}, so it runs outside {cluster.vpc_id}, and {name} is private. Give the job a "
                f"connection into a subnet of {cluster.vpc_id}"
            ),
        )
    own_vpc, interface = own
    if own_vpc.vpc_id == cluster.vpc_id:
        return to_peers(vpc, interface, peers, cluster.port, name)
    if any(leads_to(own_vpc, interface.subnet, peer.cidr) for peer in peers):
        doubt = f"the emulator can't judge the way from {own_vpc.vpc_id} to {cluster.vpc_id}"
        return Way(True, through=f"a route to {cluster.vpc_id}", doubt=doubt)
    if cluster.public:
        way = to_internet(own_vpc, interface, cluster.port)
        return from_internet(vpc, peers, cluster.port, name) if way.reaches else way
    return Way(
        False,
        stopped_by=(
            f"subnet {interface.subnet} of the job's connection is in {own_vpc.vpc_id}, {name} is in {cluster.vpc_id}, "
            "and no route leads from one to the other"
        ),
    )
