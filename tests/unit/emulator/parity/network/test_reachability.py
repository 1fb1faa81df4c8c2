"""Each hop between a run and what it connects to, one row for each way to break it."""

from __future__ import annotations

import pytest
from glue_aurora.parity.network.clusters import Cluster, named_by, to_cluster
from glue_aurora.parity.network.reachability import Interface, Way, to_internet
from glue_aurora.parity.network.service_ways import to_service
from glue_aurora.parity.network.vpc import Vpc

from tests.kit.vpc import ANYWHERE, EVERYTHING, Change, entry, tcp

pytestmark = pytest.mark.unit

JOB = Interface("subnet-job", ("sg-job",))
REPLIES = (32768, 60999)
CLUSTER = Cluster("db", "db.cluster.example", 5432, "arn:secret", "vpc-1", ("subnet-db",), ("sg-db",), public=False)


def way(change: Change, destination: str) -> Way:
    vpc = Vpc(**change.of)
    if destination == "db":
        return to_cluster((vpc, JOB), CLUSTER, lambda _: vpc)
    if destination == "internet":
        return to_internet(vpc, JOB)
    return to_service(vpc, JOB, destination, "us-east-1")


@pytest.mark.parametrize(
    ("destination", "through", "endpoint"),
    [
        ("s3", "gateway endpoint vpce-s3", "vpce-s3"),
        ("secretsmanager", "interface endpoint vpce-secrets", "vpce-secrets"),
        ("db", "vpc-1 to cluster db", ""),
    ],
)
def test_whole_network_reaches(destination: str, through: str, endpoint: str) -> None:
    assert way(Change(), destination) == Way(True, through=through, endpoint=endpoint)


@pytest.mark.parametrize(
    ("destination", "change", "reason"),
    [
        (
            "s3",
            Change().endpoint("vpce-s3", RouteTableIds=["rtb-main"]),
            "vpce-s3 is not associated with route table rtb-job",
        ),
        ("s3", Change().endpoint("vpce-s3", State="Deleted"), "has no VPC endpoint for com.amazonaws.us-east-1.s3"),
        (
            "s3",
            Change().group("sg-job", egress=[tcp(443, group="sg-endpoint")]),
            "sg-job of the job has no outbound rule",
        ),
        ("s3", Change().group("sg-job", egress=[tcp(80, prefix_list="pl-s3")]), "TCP port 443 to pl-s3"),
        ("s3", Change().group("sg-job", egress=[tcp(443, prefix_list="pl-other")]), "sg-job of the job"),
        ("s3", Change().group("sg-job", egress=[tcp(443, cidr="10.0.0.0/16")]), "sg-job of the job"),
        ("s3", Change().group("sg-job", egress=[tcp(443, cidr6="::/0")]), "sg-job of the job"),
        (
            "s3",
            Change().acl("subnet-job", entry(50, "deny", egress=False, ports=REPLIES)),
            "acl-own of subnet subnet-job stops the replies",
        ),
        ("s3", Change().acl("subnet-job", entry(50, "deny", egress=False, ports=(40000, 40000))), "stops the replies"),
        (
            "s3",
            Change().acl("subnet-job", entry(50, "deny", egress=True, ports=(443, 443))),
            "acl-own of subnet subnet-job has no outbound rule",
        ),
        (
            "s3",
            Change().closed_acl(
                "subnet-job", entry(100, "allow", egress=True), entry(100, "allow", egress=False, ports=(443, 443))
            ),
            "stops the replies",
        ),
        ("s3", Change().closed_acl("subnet-job"), "has no outbound rule"),
        ("s3", Change().set(dns_support=False), "enableDnsSupport"),
        (
            "secretsmanager",
            Change().endpoint("vpce-secrets", PrivateDnsEnabled=False),
            "vpce-secrets has no private DNS",
        ),
        ("secretsmanager", Change().set(dns_hostnames=False), "enableDnsHostnames of vpc-1"),
        (
            "secretsmanager",
            Change().endpoint("vpce-secrets", State="pendingAcceptance"),
            "no VPC endpoint for com.amazonaws.us-east-1.secretsmanager",
        ),
        (
            "secretsmanager",
            Change().endpoint("vpce-secrets", ServiceName="com.amazonaws.us-east-1.ssm"),
            "no VPC endpoint",
        ),
        (
            "secretsmanager",
            Change().endpoint("vpce-secrets", ServiceName="com.amazonaws.eu-west-1.secretsmanager"),
            "no VPC endpoint",
        ),
        (
            "secretsmanager",
            Change().endpoint("vpce-secrets", Groups=[{"GroupId": "sg-db"}]),
            "no outbound rule for TCP port 443 to sg-db",
        ),
        (
            "secretsmanager",
            Change().group("sg-endpoint", ingress=[]),
            "sg-endpoint of interface endpoint vpce-secrets has no inbound rule",
        ),
        (
            "secretsmanager",
            Change().group("sg-endpoint", ingress=[tcp(80, group="sg-job")]),
            "TCP port 443 from sg-job",
        ),
        (
            "secretsmanager",
            Change().group("sg-endpoint", ingress=[tcp(443, cidr="10.0.0.0/25")]),
            "TCP port 443 from sg-job",
        ),
        ("secretsmanager", Change().group("sg-job", egress=[tcp(443, prefix_list="pl-s3")]), "to sg-endpoint"),
        (
            "secretsmanager",
            Change().acl("subnet-db", entry(50, "deny", egress=True, cidr="10.0.0.0/24")),
            "subnet subnet-db stops the replies",
        ),
        ("secretsmanager", Change().nat().group("sg-endpoint", ingress=[]), "sg-endpoint"),
        (
            "kms",
            Change(),
            "no VPC endpoint for com.amazonaws.us-east-1.kms; route table rtb-job of subnet subnet-job has no route",
        ),
        (
            "db",
            Change().group("sg-db", ingress=[tcp(5433, group="sg-job")]),
            "sg-db of cluster db has no inbound rule for TCP port 5432 from sg-job",
        ),
        ("db", Change().group("sg-db", ingress=[tcp(5432, group="sg-endpoint")]), "sg-db of cluster db"),
        ("db", Change().group("sg-job", egress=[tcp(443, prefix_list="pl-s3")]), "TCP port 5432 to sg-db"),
        (
            "db",
            Change().acl("subnet-db", entry(50, "deny", egress=False, cidr="10.0.0.0/24", ports=(5432, 5432))),
            "acl-own of subnet subnet-db has no inbound rule",
        ),
        ("db", Change().acl("subnet-db", entry(50, "deny", egress=False, cidr="10.0.0.128/25")), "acl-own"),
        (
            "db",
            Change().acl("subnet-job", entry(50, "deny", egress=True, ports=(5000, 6000))),
            "acl-own of subnet subnet-job",
        ),
        ("internet", Change(), "rtb-job of subnet subnet-job has no route to a NAT gateway"),
        (
            "internet",
            Change().nat(State="deleted"),
            "NAT gateway nat-1 in route table rtb-job of subnet subnet-job is deleted",
        ),
        (
            "internet",
            Change().nat().set(nat_gateways={}),
            "nat-1 in route table rtb-job of subnet subnet-job is missing",
        ),
        ("internet", Change().nat(ConnectivityType="private"), "nat-1 is private"),
        (
            "internet",
            Change().nat(SubnetId="subnet-db"),
            "route table rtb-main of subnet subnet-db has no route to an internet",
        ),
        ("internet", Change().route("rtb-job", NatGatewayId="nat-1", State="blackhole"), "is a blackhole"),
        ("internet", Change().route("rtb-job", GatewayId="igw-1"), "a Glue interface has no public address"),
        (
            "internet",
            Change().nat().acl("subnet-public", entry(50, "deny", egress=False, ports=(50000, 65535))),
            "acl-own of subnet subnet-public",
        ),
        ("internet", Change().route("rtb-job", NatGatewayId="nat-1"), "sg-job of the job has no outbound rule"),
    ],
)
def test_broken_hop_is_named(destination: str, change: Change, reason: str) -> None:
    found = way(change, destination)
    assert not found.reaches
    assert reason in found.stopped_by


@pytest.mark.parametrize(
    ("destination", "change"),
    [
        ("s3", Change().group("sg-job", egress=[EVERYTHING])),
        ("s3", Change().group("sg-job", egress=[tcp((0, 65535), cidr=ANYWHERE)])),
        ("s3", Change().nat().endpoint("vpce-s3", State="deleted")),
        ("s3", Change().acl("subnet-job", entry(50, "deny", egress=True, cidr="8.8.8.8/32"))),
        ("s3", Change().acl("subnet-job", entry(50, "deny", egress=False, ports=(22, 22)))),
        ("s3", Change().acl("subnet-db", entry(50, "deny", egress=False))),
        (
            "s3",
            Change().closed_acl(
                "subnet-job", entry(100, "allow", egress=True), entry(100, "allow", egress=False, ports=(32768, 65535))
            ),
        ),
        (
            "s3",
            Change().closed_acl(
                "subnet-job",
                entry(100, "allow", egress=True),
                entry(1, "allow", egress=False, ports=(1, 40000)),
                entry(2, "allow", egress=False, ports=(40001, 65535)),
            ),
        ),
        ("secretsmanager", Change().nat().endpoint("vpce-secrets", PrivateDnsEnabled=False)),
        ("secretsmanager", Change().endpoint("vpce-secrets", SubnetIds=["subnet-job"], NetworkInterfaceIds=[])),
        ("secretsmanager", Change().group("sg-endpoint", ingress=[tcp(443, cidr="10.0.0.0/16")])),
        (
            "secretsmanager",
            Change().group("sg-endpoint", ingress=[tcp(443, cidr="10.0.0.0/25"), tcp(443, cidr="10.0.0.128/25")]),
        ),
        ("secretsmanager", Change().group("sg-job", egress=[tcp(443, cidr="10.0.1.7/32")])),
        ("kms", Change().nat()),
        ("db", Change().acl("subnet-job", entry(50, "deny", egress=True, ports=(80, 80)))),
        ("internet", Change().nat()),
    ],
)
def test_harmless_change_stops_nothing(destination: str, change: Change) -> None:
    found = way(change, destination)
    assert found.reaches, found.stopped_by
    assert not found.doubt


@pytest.mark.parametrize(
    ("destination", "change"),
    [
        ("s3", Change().group("sg-job", egress=[tcp(443, cidr="52.216.0.0/15")])),
        ("db", Change().group("sg-job", egress=[tcp(5432, cidr="10.0.1.9/32")])),
        ("internet", Change().group("sg-job", egress=[EVERYTHING]).route("rtb-job", TransitGatewayId="tgw-1")),
        ("kms", Change().group("sg-job", egress=[EVERYTHING]).route("rtb-job", NetworkInterfaceId="eni-9")),
    ],
)
def test_what_cannot_be_judged_passes_with_a_doubt(destination: str, change: Change) -> None:
    found = way(change, destination)
    assert found.reaches
    assert found.doubt


def test_private_dns_of_an_s3_interface_endpoint_leaves_the_name_to_the_gateway() -> None:
    change = Change()
    change.of["endpoints"].append(
        {**change.of["endpoints"][1], "VpcEndpointId": "vpce-s3i", "ServiceName": "com.amazonaws.us-east-1.s3"}
    )
    assert way(change, "s3").endpoint == "vpce-s3i"
    change.endpoint("vpce-s3i", DnsOptions={"PrivateDnsOnlyForInboundResolverEndpoint": True})
    assert way(change, "s3").endpoint == "vpce-s3"


def test_customers_prefix_list_stands_for_its_networks() -> None:
    change = Change().group("sg-db", ingress=[tcp(5432, prefix_list="pl-own")])
    assert not way(change, "db").reaches
    assert way(change.set(prefix_list_cidrs={"pl-own": ["10.0.0.0/24"]}), "db").reaches


def test_run_outside_every_vpc_reaches_public_clusters_only() -> None:
    def outside(cluster: Cluster, change: Change) -> Way:
        return to_cluster(None, cluster, lambda _: Vpc(**change.of))

    private = outside(CLUSTER, Change())
    assert "the job has no connection, so it runs outside vpc-1, and cluster db is private" in private.stopped_by
    public = Cluster(**{**CLUSTER.__dict__, "public": True, "subnets": ("subnet-public",)})
    assert "sg-db of cluster db has no inbound rule" in outside(public, Change()).stopped_by
    open_to_all = Change().group("sg-db", ingress=[tcp(5432, cidr=ANYWHERE)])
    assert outside(public, open_to_all).reaches
    assert not outside(CLUSTER, open_to_all).reaches
    elsewhere = Cluster(**{**CLUSTER.__dict__, "public": True})
    assert "rtb-main of subnet subnet-db has no route to an internet" in outside(elsewhere, open_to_all).stopped_by


def test_cluster_of_another_vpc_needs_a_route() -> None:
    other = Vpc(**Change().set(vpc_id="vpc-2").of)
    cluster = Cluster(**{**CLUSTER.__dict__, "vpc_id": "vpc-2"})
    change = Change()
    found = to_cluster((Vpc(**change.of), JOB), cluster, lambda _: other)
    assert "in vpc-1, cluster db is in vpc-2, and no route leads" in found.stopped_by
    peered = change.route("rtb-job", DestinationCidrBlock="10.0.1.0/24", VpcPeeringConnectionId="pcx-1")
    assert to_cluster((Vpc(**peered.of), JOB), cluster, lambda _: other).doubt


@pytest.mark.parametrize(
    ("texts", "named"),
    [
        (["db.cluster.example", "5432"], ["db"]),
        (["jdbc:postgresql://DB.cluster.example:5432/letrus"], ["db"]),
        (["db.cluster.example"], []),
        (["db.cluster.example", "6379"], []),
        (["my-db.cluster.example:5432"], []),
        (["db.cluster.example:54321"], []),
        ([], []),
    ],
)
def test_arguments_name_a_cluster_by_host_and_port(texts: list[str], named: list[str]) -> None:
    assert [each.identifier for group in named_by([CLUSTER], texts) for each in group] == named


def test_secrets_arn_tells_clusters_of_one_endpoint_apart() -> None:
    other = Cluster(**{**CLUSTER.__dict__, "identifier": "other", "secret_arn": "arn:other"})
    endpoint = ["db.cluster.example", "5432"]
    assert named_by([CLUSTER, other], endpoint) == [[CLUSTER, other]]
    assert named_by([CLUSTER, other], [*endpoint, "arn:other"]) == [[other]]
