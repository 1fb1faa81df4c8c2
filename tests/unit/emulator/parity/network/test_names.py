"""Which DNS server answers a run: Amazon's, one in the VPC, one on the internet, or none."""

from __future__ import annotations

from typing import Any

import pytest
from glue_aurora.parity.network.names import names_of
from glue_aurora.parity.network.reachability import Interface, Way
from glue_aurora.parity.network.sentences import no_way_to_service
from glue_aurora.parity.network.service_ways import to_service
from glue_aurora.parity.network.vpc import Vpc, read_vpc

from tests.kit.vpc import ANYWHERE, EVERYTHING, Change, entry, tcp

pytestmark = pytest.mark.unit

JOB = Interface("subnet-job", ("sg-job",))
HTTPS = [tcp(443, cidr=ANYWHERE)]


def dns(**source: Any) -> dict[str, Any]:
    return {**tcp(53, **source), "IpProtocol": "udp"}


def asking(*servers: str, change: Change | None = None) -> Change:
    return (change or Change()).set(dns_servers=list(servers))


def with_egress(*rules: dict[str, Any]) -> Change:
    return Change().group("sg-job", egress=[*HTTPS, *rules])


def way(change: Change, prefix: str = "secretsmanager") -> Way:
    return to_service(Vpc(**change.of), JOB, prefix, "us-east-1")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            asking("8.8.8.8", "8.8.4.4"),
            "DNS server 8.8.8.8 of the DHCP options of vpc-1 is not Amazon's, and the run has no way to it: route "
            "table rtb-job of subnet subnet-job has no route to a NAT gateway; DNS server 8.8.4.4",
        ),
        (asking("8.8.8.8", change=with_egress(EVERYTHING).route("rtb-job", GatewayId="igw-1")), "no public address"),
        (asking("8.8.8.8", change=Change().nat(State="deleted")), "NAT gateway nat-1"),
        (
            asking("8.8.8.8", change=Change().route("rtb-job", NatGatewayId="nat-1")),
            "sg-job of the job has no outbound rule for UDP port 53 to 8.8.8.8/32",
        ),
        (
            asking("8.8.8.8", change=with_egress(tcp(53, cidr=ANYWHERE)).route("rtb-job", NatGatewayId="nat-1")),
            "no outbound rule for UDP port 53",
        ),
        (
            asking("8.8.8.8", change=Change().nat().acl("subnet-job", entry(1, "deny", egress=True, cidr="8.0.0.0/8"))),
            "acl-own of subnet subnet-job has no outbound rule that allows UDP port 53",
        ),
        (asking("10.0.1.53"), "sg-job of the job has no outbound rule for UDP port 53"),
        (
            asking(
                "10.0.1.53",
                change=with_egress(dns(cidr="10.0.0.0/16")).acl("subnet-job", entry(1, "deny", egress=False)),
            ),
            "acl-own of subnet subnet-job",
        ),
        (
            asking("192.168.0.53", change=with_egress(EVERYTHING)),
            "rtb-job of subnet subnet-job has no route to 192.168",
        ),
        (Change().set(dns_support=False), "enableDnsSupport off"),
        (asking("AmazonProvidedDNS", change=Change().set(dns_support=False)), "enableDnsSupport off"),
        (asking("10.0.0.2", change=Change().set(dns_support=False)), "enableDnsSupport off"),
    ],
)
def test_server_without_a_way_resolves_nothing(change: Change, reason: str) -> None:
    found = way(change)
    assert not found.reaches
    assert reason in found.stopped_by
    told = no_way_to_service("secretsmanager", "us-east-1", found, "subnet-job")
    assert told.startswith(
        'Could not connect to the endpoint URL: "https://secretsmanager.us-east-1.amazonaws.com/". (emulator) No name '
        "resolves in subnet subnet-job: "
    )


@pytest.mark.parametrize("server", ["AmazonProvidedDNS", "10.0.0.2", "169.254.169.253"])
def test_server_of_amazon_needs_no_rule_and_no_doubt(server: str) -> None:
    found = way(asking("8.8.8.8", server))
    assert (found.endpoint, found.doubt) == ("vpce-secrets", "")


@pytest.mark.parametrize(
    "change",
    [
        asking("10.0.1.53", change=with_egress(dns(cidr="10.0.1.53/32"))),
        asking("10.0.1.53", change=with_egress(dns(group="sg-db"))),
        asking(
            "10.0.0.53", change=with_egress(EVERYTHING).acl("subnet-job", entry(1, "deny", egress=True, ports=(53, 53)))
        ),
        asking(
            "192.168.0.53",
            change=with_egress(EVERYTHING).route(
                "rtb-job", DestinationCidrBlock="192.168.0.0/16", TransitGatewayId="t"
            ),
        ),
        asking("fd00::53"),
    ],
)
def test_server_that_may_know_private_names_is_doubted(change: Change) -> None:
    found = way(change)
    assert found.endpoint == "vpce-secrets", found.stopped_by
    assert "is not Amazon's, and the emulator does not know which names it resolves" in found.doubt


def test_server_on_the_internet_knows_no_private_names() -> None:
    found = way(asking("8.8.8.8", change=Change().nat()))
    assert (found.through, found.endpoint) == ("NAT gateway nat-1", "")
    assert "DNS server 8.8.8.8" in found.doubt
    only_dns = with_egress(dns(cidr="8.8.8.8/32")).route(
        "rtb-job", DestinationCidrBlock="8.8.8.8/32", NatGatewayId="nat-1"
    )
    assert way(asking("8.8.8.8", change=only_dns), "s3").endpoint == "vpce-s3"
    found = way(asking("8.8.8.8", change=only_dns))
    assert "DNS server 8.8.8.8 knows no private DNS, so interface endpoint vpce-secrets is not" in found.stopped_by
    assert found.named


def test_first_server_with_a_way_answers() -> None:
    vpc = Vpc(**asking("8.8.8.8", "10.0.1.53", change=with_egress(dns(cidr=ANYWHERE))).of)
    assert names_of(vpc, JOB).server == "10.0.1.53"


def test_servers_are_read_from_the_dhcp_options() -> None:
    class Ec2:
        """Answers what the test needs, and nothing else."""

        def describe_vpcs(self, **_: Any) -> Any:
            ranges = [{"CidrBlock": each} for each in ("10.0.0.0/16", "10.1.0.0/16")]
            return {
                "Vpcs": [{"CidrBlock": "10.0.0.0/16", "CidrBlockAssociationSet": ranges, "DhcpOptionsId": "dopt-1"}]
            }

        def describe_dhcp_options(self, **_: Any) -> Any:
            values = [{"Value": "8.8.8.8"}, {"Value": "8.8.4.4"}]
            return {"DhcpOptions": [{"DhcpConfigurations": [{"Key": "domain-name-servers", "Values": values}]}]}

        def describe_vpc_attribute(self, Attribute: str, **_: Any) -> Any:
            return {Attribute[0].upper() + Attribute[1:]: {"Value": True}}

        def __getattr__(self, name: str) -> Any:
            members = ("Subnets", "RouteTables", "SecurityGroups", "NetworkAcls", "VpcEndpoints", "NatGateways")
            return lambda **_: {key: [] for key in (*members, "PrefixLists")}

    vpc = read_vpc(Ec2(), "vpc-1", "us-east-1")
    assert list(vpc.dns_servers) == ["8.8.8.8", "8.8.4.4"]
    assert list(vpc.cidrs) == ["10.0.0.0/16", "10.1.0.0/16"]
