"""VPC endpoints change as a whole, and refuse what AWS refuses."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from tests.kit.aws import refused

pytestmark = pytest.mark.emulator

ZONES = ("us-east-1a", "us-east-1b")
SECRETS = "com.amazonaws.us-east-1.secretsmanager"
S3 = "com.amazonaws.us-east-1.s3"


@dataclass
class Vpc:
    """A VPC with two of everything that an endpoint can have."""

    ec2: Any
    id: str
    subnets: list[str]
    groups: list[str]
    tables: list[str]

    def endpoint(self, endpoint_id: str) -> dict[str, Any]:
        (found,) = self.ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint_id])["VpcEndpoints"]
        return dict(found)

    def interface(self, **changes: Any) -> str:
        values = {"SubnetIds": self.subnets[:1], "SecurityGroupIds": self.groups[:1], **changes}
        answer = self.ec2.create_vpc_endpoint(VpcId=self.id, ServiceName=SECRETS, VpcEndpointType="Interface", **values)
        return str(answer["VpcEndpoint"]["VpcEndpointId"])

    def gateway(self, **values: Any) -> str:
        answer = self.ec2.create_vpc_endpoint(VpcId=self.id, ServiceName=S3, **values)
        return str(answer["VpcEndpoint"]["VpcEndpointId"])

    def modify(self, endpoint_id: str, **changes: Any) -> dict[str, Any]:
        assert self.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint_id, **changes)["Return"] is True
        return self.endpoint(endpoint_id)

    def routed(self, endpoint_id: str) -> list[bool]:
        """Returns for each of the route tables whether it has one route to the endpoint."""
        tables = [self.ec2.describe_route_tables(RouteTableIds=[one])["RouteTables"][0] for one in self.tables]
        return [[route.get("GatewayId") for route in one["Routes"]].count(endpoint_id) == 1 for one in tables]


@pytest.fixture
def vpc(environment: Any) -> Vpc:
    ec2 = environment.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.40.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.40.{number}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for number, zone in enumerate(ZONES)
    ]
    groups = [
        ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"] for name in ("one", "two")
    ]
    tables = [ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"] for _ in ZONES]
    return Vpc(ec2, vpc, subnets, groups, tables)


def test_an_interface_endpoints_groups_are_exchanged(vpc: Vpc) -> None:
    endpoint = vpc.interface()
    one, two = vpc.groups
    changed = vpc.modify(endpoint, AddSecurityGroupIds=[two], RemoveSecurityGroupIds=[one])
    assert [group["GroupId"] for group in changed["Groups"]] == [two]
    (interface,) = vpc.ec2.describe_network_interfaces(NetworkInterfaceIds=changed["NetworkInterfaceIds"])[
        "NetworkInterfaces"
    ]
    assert [group["GroupId"] for group in interface["Groups"]] == [two]


def test_an_interface_endpoint_has_one_network_interface_in_each_of_its_subnets(vpc: Vpc) -> None:
    endpoint = vpc.interface()
    one, two = vpc.subnets

    def interfaces() -> list[str]:
        ids = vpc.endpoint(endpoint)["NetworkInterfaceIds"]
        found = vpc.ec2.describe_network_interfaces(NetworkInterfaceIds=ids)["NetworkInterfaces"]
        assert all(interface["PrivateIpAddress"].startswith("10.40.") for interface in found)
        return sorted(interface["SubnetId"] for interface in found)

    assert interfaces() == [one]
    assert sorted(vpc.modify(endpoint, AddSubnetIds=[two])["SubnetIds"]) == sorted([one, two])
    assert interfaces() == sorted([one, two])
    assert vpc.modify(endpoint, RemoveSubnetIds=[one])["SubnetIds"] == [two]
    assert interfaces() == [two]


def test_a_gateway_endpoints_routes_come_and_go_with_its_route_tables(vpc: Vpc) -> None:
    endpoint = vpc.gateway(RouteTableIds=vpc.tables[:1])
    assert vpc.routed(endpoint) == [True, False]
    assert len(vpc.modify(endpoint, AddRouteTableIds=vpc.tables[1:])["RouteTableIds"]) == 2
    assert vpc.routed(endpoint) == [True, True]
    assert vpc.modify(endpoint, RemoveRouteTableIds=vpc.tables[:1])["RouteTableIds"] == vpc.tables[1:]
    assert vpc.routed(endpoint) == [False, True]
    assert vpc.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])["Unsuccessful"] == []
    assert vpc.routed(endpoint) == [False, False]
    with refused("InvalidVpcEndpointId.NotFound"):
        vpc.endpoint(endpoint)


def test_a_deleted_route_table_leaves_the_endpoint(vpc: Vpc) -> None:
    endpoint = vpc.gateway(RouteTableIds=vpc.tables)
    vpc.ec2.delete_route_table(RouteTableId=vpc.tables[0])
    assert vpc.endpoint(endpoint)["RouteTableIds"] == vpc.tables[1:]
    assert vpc.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])["Unsuccessful"] == []


def test_every_other_setting_is_changed_and_read_back(vpc: Vpc) -> None:
    endpoint = vpc.interface()
    assert vpc.modify(endpoint, PrivateDnsEnabled=False)["PrivateDnsEnabled"] is False
    assert vpc.modify(endpoint, PrivateDnsEnabled=True)["PrivateDnsEnabled"] is True
    default = vpc.endpoint(endpoint)["PolicyDocument"]
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*"}]}
    assert json.loads(vpc.modify(endpoint, PolicyDocument=json.dumps(policy))["PolicyDocument"]) == policy
    assert vpc.modify(endpoint, ResetPolicy=True)["PolicyDocument"] == default
    for type_ in ("dualstack", "ipv6"):
        with refused("InvalidParameter", f"{type_} is not supported in subnet {vpc.subnets[0]}"):
            vpc.modify(endpoint, IpAddressType=type_)
    with refused("InvalidParameter", "has no IPv6 CIDR block"):
        vpc.interface(IpAddressType="dualstack", PrivateDnsEnabled=False)
    vpc.ec2.associate_subnet_cidr_block(SubnetId=vpc.subnets[0], Ipv6CidrBlock="2600:1f16:db8:ea00::/64")
    changed = vpc.modify(endpoint, IpAddressType="dualstack", DnsOptions={"DnsRecordIpType": "dualstack"})
    assert (changed["IpAddressType"], changed["DnsOptions"]["DnsRecordIpType"]) == ("dualstack", "dualstack")


def test_defaults_are_in_the_answers(vpc: Vpc) -> None:
    gateway = vpc.endpoint(vpc.gateway())
    expected = {
        "VpcEndpointType": "Gateway",
        "State": "available",
        "PrivateDnsEnabled": False,
        "RequesterManaged": False,
        "IpAddressType": "ipv4",
        "OwnerId": "000000000000",
    }
    assert {key: gateway[key] for key in expected} == expected
    assert all(gateway[key] == [] for key in ("RouteTableIds", "SubnetIds", "Groups", "DnsEntries", "Tags"))
    interface = vpc.endpoint(vpc.interface(SecurityGroupIds=[]))
    assert [group["GroupName"] for group in interface["Groups"]] == ["default"]
    assert interface["PrivateDnsEnabled"] is True
    by_type = [{"Name": "vpc-endpoint-type", "Values": ["Gateway"]}, {"Name": "vpc-id", "Values": [vpc.id]}]
    listed = vpc.ec2.describe_vpc_endpoints(Filters=by_type)["VpcEndpoints"]
    assert [one["VpcEndpointId"] for one in listed] == [gateway["VpcEndpointId"]]


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("InvalidGroup.NotFound", {"AddSecurityGroupIds": ["sg-00000000000000000"]}),
        ("InvalidSubnetId.NotFound", {"AddSubnetIds": ["subnet-00000000000000000"]}),
        ("InvalidParameter", {"RemoveSubnetIds": ["subnet-00000000000000000"]}),
        ("InvalidParameter", {"AddRouteTableIds": ["rtb-00000000000000000"]}),
        ("InvalidPolicyDocument", {"PolicyDocument": "{"}),
        ("NotSupportedByEmulator", {"SubnetConfigurations": [{"Ipv4": "10.40.0.9"}]}),
    ],
)
def test_a_refused_change_of_an_interface_endpoint_changes_nothing(vpc: Vpc, code: str, changes: Any) -> None:
    endpoint = vpc.interface()
    before = vpc.endpoint(endpoint)
    with refused(code):
        vpc.modify(endpoint, AddSecurityGroupIds=[*vpc.groups[1:], *changes.pop("AddSecurityGroupIds", [])], **changes)
    assert vpc.endpoint(endpoint) == before


def test_a_refused_change_of_a_gateway_endpoint_changes_nothing(vpc: Vpc) -> None:
    endpoint = vpc.gateway(RouteTableIds=vpc.tables[:1])
    with refused("InvalidRouteTableId.NotFound"):
        vpc.modify(endpoint, AddRouteTableIds=[vpc.tables[1], "rtb-00000000000000000"])
    with refused("InvalidParameter"):
        vpc.modify(endpoint, AddSecurityGroupIds=vpc.groups)
    assert vpc.routed(endpoint) == [True, False]
    with refused("RouteAlreadyExists"):
        vpc.gateway(RouteTableIds=vpc.tables[:1])
    with refused("InvalidVpcEndpointId.NotFound"):
        vpc.modify("vpce-00000000000000000", PrivateDnsEnabled=True)
    (missing,) = vpc.ec2.delete_vpc_endpoints(VpcEndpointIds=["vpce-00000000000000000"])["Unsuccessful"]
    assert missing["Error"]["Code"] == "InvalidVpcEndpoint.NotFound"


def test_requests_that_aws_refuses_make_no_endpoint(vpc: Vpc) -> None:
    same_zone = vpc.ec2.create_subnet(VpcId=vpc.id, CidrBlock="10.40.9.0/24", AvailabilityZone=ZONES[0])
    with refused("DuplicateSubnetsInSameZone"):
        vpc.interface(SubnetIds=[vpc.subnets[0], same_zone["Subnet"]["SubnetId"]])
    with refused("InvalidServiceName"):
        vpc.ec2.create_vpc_endpoint(VpcId=vpc.id, ServiceName="com.amazonaws.us-east-1.secretmanager")
    with refused("InvalidParameter", "does not match available service types"):
        vpc.ec2.create_vpc_endpoint(VpcId=vpc.id, ServiceName=SECRETS)
    with refused("InvalidGroup.NotFound"):
        vpc.interface(SecurityGroupIds=["sg-00000000000000000"])
    vpc.interface()
    with refused("InvalidParameter", "conflicting DNS domain"):
        vpc.interface()
    vpc.ec2.modify_vpc_attribute(VpcId=vpc.id, EnableDnsHostnames={"Value": False})
    with refused("InvalidParameter", "enableDnsHostnames"):
        vpc.interface()
    listed = vpc.ec2.describe_vpc_endpoints(Filters=[{"Name": "vpc-id", "Values": [vpc.id]}])["VpcEndpoints"]
    assert len(listed) == 1


def test_a_dry_run_changes_nothing(vpc: Vpc) -> None:
    endpoint = vpc.interface()
    with pytest.raises(vpc.ec2.exceptions.ClientError, match="DryRunOperation"):
        vpc.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, PrivateDnsEnabled=False, DryRun=True)
    assert vpc.endpoint(endpoint)["PrivateDnsEnabled"] is True
