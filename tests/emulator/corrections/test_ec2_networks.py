"""Subnets, routes, network ACLs and DHCP options keep what they are given, and what is in use is not deleted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kit.aws import refused

pytestmark = pytest.mark.emulator

ALLOW = {"RuleNumber": 100, "RuleAction": "allow", "Egress": False, "CidrBlock": "0.0.0.0/0"}


@pytest.fixture
def ec2(environment: Any) -> Any:
    return environment.client("ec2")


@pytest.fixture
def vpc(ec2: Any) -> str:
    return str(ec2.create_vpc(CidrBlock="10.41.0.0/16")["Vpc"]["VpcId"])


@pytest.fixture
def subnet(ec2: Any, vpc: str) -> str:
    return str(ec2.create_subnet(VpcId=vpc, CidrBlock="10.41.0.0/24")["Subnet"]["SubnetId"])


def test_each_attribute_of_a_subnet_is_kept(ec2: Any, subnet: str) -> None:
    def read() -> Any:
        return ec2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]

    new = read()
    assert (new["MapPublicIpOnLaunch"], new["DefaultForAz"], new["EnableDns64"]) == (False, False, False)
    for name in ("AssignIpv6AddressOnCreation", "EnableDns64"):
        with refused("InvalidParameterValue", f"unless the subnet ({subnet}) has an IPv6 CIDR block associated"):
            ec2.modify_subnet_attribute(SubnetId=subnet, **{name: {"Value": True}})
    ec2.associate_subnet_cidr_block(SubnetId=subnet, Ipv6CidrBlock="2600:1f16:db8:ea00::/64")
    for name in ("MapPublicIpOnLaunch", "AssignIpv6AddressOnCreation", "EnableDns64"):
        for value in (True, False):
            ec2.modify_subnet_attribute(SubnetId=subnet, **{name: {"Value": value}})
            assert read()[name] is value
    for name in ("EnableResourceNameDnsARecord", "EnableResourceNameDnsAAAARecord"):
        ec2.modify_subnet_attribute(SubnetId=subnet, **{f"{name}OnLaunch": {"Value": True}})
        assert read()["PrivateDnsNameOptionsOnLaunch"][name] is True
    ec2.modify_subnet_attribute(SubnetId=subnet, PrivateDnsHostnameTypeOnLaunch="resource-name")
    assert read()["PrivateDnsNameOptionsOnLaunch"]["HostnameType"] == "resource-name"
    with refused("NotSupportedByEmulator", "EnableLniAtDeviceIndex"):
        ec2.modify_subnet_attribute(SubnetId=subnet, EnableLniAtDeviceIndex=1)


def test_a_subnet_by_the_id_of_its_zone_can_be_found(ec2: Any, vpc: str) -> None:
    zone = ec2.describe_availability_zones()["AvailabilityZones"][1]
    made = ec2.create_subnet(VpcId=vpc, CidrBlock="10.41.1.0/24", AvailabilityZoneId=zone["ZoneId"])["Subnet"]
    found = ec2.describe_subnets(SubnetIds=[made["SubnetId"]])["Subnets"][0]
    assert (found["AvailabilityZone"], found["DefaultForAz"]) == (zone["ZoneName"], False)


def test_a_routes_target_is_replaced(ec2: Any, vpc: str, subnet: str) -> None:
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]

    def local_route() -> Any:
        routes = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
        return next(one for one in routes if one["DestinationCidrBlock"] == "10.41.0.0/16")

    ec2.replace_route(RouteTableId=table, DestinationCidrBlock="10.41.0.0/16", NatGatewayId=nat)
    assert (local_route().get("GatewayId"), local_route()["NatGatewayId"]) == (None, nat)
    ec2.replace_route(RouteTableId=table, DestinationCidrBlock="10.41.0.0/16", LocalTarget=True)
    assert (local_route()["GatewayId"], local_route().get("NatGatewayId")) == ("local", None)
    with refused("InvalidNatGatewayID.NotFound"):
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="8.0.0.0/8", NatGatewayId="nat-00000000000000000")
    with refused("MissingParameter"):
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="8.0.0.0/8")
    with refused("NotSupportedByEmulator", "LocalGatewayId"):
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="8.0.0.0/8", LocalGatewayId="lgw-1")


def test_entries_of_a_network_acl_are_kept(ec2: Any, vpc: str) -> None:
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]
    assert [(one["RuleNumber"], one["RuleAction"]) for one in acl["Entries"]] == [(32767, "deny")] * 2
    name = {"NetworkAclId": acl["NetworkAclId"]}

    def entry() -> Any:
        (found,) = ec2.describe_network_acls(NetworkAclIds=[acl["NetworkAclId"]])["NetworkAcls"]
        assert found["OwnerId"] == "000000000000"
        return next((one for one in found["Entries"] if one["RuleNumber"] == 100), None)

    all_ports = {"Protocol": "6", "PortRange": {"From": 0, "To": 65535}}
    ec2.create_network_acl_entry(**name, **ALLOW, **all_ports)
    assert entry() == {**ALLOW, **all_ports}
    echo = {"Protocol": "1", "IcmpTypeCode": {"Type": 0, "Code": -1}}
    ec2.replace_network_acl_entry(**name, **ALLOW, **echo)
    assert entry() == {**ALLOW, **echo}
    ec2.delete_network_acl_entry(**name, RuleNumber=100, Egress=False)
    assert entry() is None
    for change in (
        ec2.delete_network_acl_entry,
        lambda **key: ec2.replace_network_acl_entry(**{**ALLOW, **echo, **key}),
    ):
        with refused("InvalidNetworkAclEntry.NotFound"):
            change(**name, RuleNumber=100, Egress=False)


def test_dhcp_options_keep_their_tags_and_every_option(ec2: Any) -> None:
    options = [
        {"Key": "domain-name", "Values": ["example.org"]},
        {"Key": "ipv6-address-preferred-lease-time", "Values": ["1440"]},
    ]
    tags = [{"Key": "Name", "Value": "own"}]
    made = ec2.create_dhcp_options(
        DhcpConfigurations=options, TagSpecifications=[{"ResourceType": "dhcp-options", "Tags": tags}]
    )["DhcpOptions"]
    (found,) = ec2.describe_dhcp_options(DhcpOptionsIds=[made["DhcpOptionsId"]])["DhcpOptions"]
    for one in (made, found):
        kept = {option["Key"]: [value["Value"] for value in option["Values"]] for option in one["DhcpConfigurations"]}
        assert kept == {option["Key"]: option["Values"] for option in options}
        assert (one["Tags"], one["OwnerId"]) == (tags, "000000000000")
    with refused("InvalidParameterValue"):
        ec2.create_dhcp_options(DhcpConfigurations=[{"Key": "domain-nmae", "Values": ["example.org"]}])


def test_dhcp_options_outlive_their_vpcs(ec2: Any, vpc: str) -> None:
    values = [{"Key": "domain-name", "Values": ["example.org"]}]
    options = ec2.create_dhcp_options(DhcpConfigurations=values)["DhcpOptions"]["DhcpOptionsId"]
    other = ec2.create_vpc(CidrBlock="10.42.0.0/16")["Vpc"]["VpcId"]
    for one in (vpc, other):
        ec2.associate_dhcp_options(VpcId=one, DhcpOptionsId=options)
    ec2.delete_vpc(VpcId=other)
    with refused("DependencyViolation"):
        ec2.delete_dhcp_options(DhcpOptionsId=options)
    ec2.associate_dhcp_options(VpcId=vpc, DhcpOptionsId="default")
    ec2.delete_dhcp_options(DhcpOptionsId=options)
    with refused("InvalidDhcpOptionID.NotFound"):
        ec2.describe_dhcp_options(DhcpOptionsIds=[options])


def test_what_is_in_use_is_not_deleted(ec2: Any, vpc: str, subnet: str) -> None:
    one, two = (
        ec2.create_security_group(GroupName=name, Description="d", VpcId=vpc)["GroupId"] for name in ("one", "two")
    )
    rule = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": one}]}
    ec2.authorize_security_group_ingress(GroupId=two, IpPermissions=[rule])
    with refused("DependencyViolation", one):
        ec2.delete_security_group(GroupId=one)
    ec2.revoke_security_group_ingress(GroupId=two, IpPermissions=[rule])
    interface = ec2.create_network_interface(SubnetId=subnet, Groups=[one])["NetworkInterface"]["NetworkInterfaceId"]
    with refused("DependencyViolation", one):
        ec2.delete_security_group(GroupId=one)
    with refused("DependencyViolation", subnet):
        ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_network_interface(NetworkInterfaceId=interface)
    ec2.delete_security_group(GroupId=one)
    ec2.delete_subnet(SubnetId=subnet)
    with refused("DependencyViolation", vpc):
        ec2.delete_vpc(VpcId=vpc)
    ec2.delete_security_group(GroupId=two)
    own = [{"Name": "vpc-id", "Values": [vpc]}]
    acl = ec2.describe_network_acls(Filters=own)["NetworkAcls"][0]["NetworkAclId"]
    with refused("InvalidParameterValue", acl):
        ec2.delete_network_acl(NetworkAclId=acl)
    default = ec2.describe_security_groups(Filters=own)["SecurityGroups"][0]["GroupId"]
    with refused("CannotDelete"):
        ec2.delete_security_group(GroupId=default)
    ec2.delete_vpc(VpcId=vpc)
    with refused("InvalidVpcID.NotFound"):
        ec2.delete_vpc(VpcId=vpc)
    assert ec2.describe_network_acls(Filters=own)["NetworkAcls"] == []


def test_a_rules_peer_keeps_its_kind(ec2: Any, vpc: str) -> None:
    group = ec2.create_security_group(GroupName="one", Description="d", VpcId=vpc)["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "UserIdGroupPairs": [{"GroupId": group}]}
    made = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])["SecurityGroupRules"][0]
    wanted = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "CidrIpv6": "::/0"}
    with refused("InvalidParameterValue", "Invalid rule type"):
        ec2.modify_security_group_rules(
            GroupId=group,
            SecurityGroupRules=[{"SecurityGroupRuleId": made["SecurityGroupRuleId"], "SecurityGroupRule": wanted}],
        )
