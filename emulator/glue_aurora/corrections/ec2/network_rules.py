"""What EC2 refuses of the parts of a VPC: gateways, routes, ranges, references between networks.

Sources that begin with `cdk-preflight` are the rules of https://github.com/badmintoncryer/cdk-preflight, which have
sentences from real AWS.
"""

import ipaddress
from typing import Any

from localstack.services.ec2.models import get_ec2_backend

from glue_aurora.service.call import Call
from glue_aurora.service.rules import Rule

_INVALID = "InvalidParameterValue"
# AWS quotes the value of one of them.
_NEEDS_IPV6 = {
    "EnableDns64": ("enable-dns64", "'true'"),
    "AssignIpv6AddressOnCreation": ("assign-ipv6-address-on-creation", "true"),
}
_AUTHORIZE = ("AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress")


def has_ipv6(subnet: Any) -> bool:
    """Returns whether a subnet has an IPv6 range."""
    associations = subnet.ipv6_cidr_block_associations.values()
    return any((each.get("ipv6CidrBlockState") or {}).get("State") != "disassociated" for each in associations)


def _backend(call: Call) -> Any:
    return get_ec2_backend(call.account, call.region)


def _subnet(call: Call) -> Any:
    subnet_id = call.get("SubnetId")
    return next((zone[subnet_id] for zone in _backend(call).subnets.values() if subnet_id in zone), None)


def _second_gateway(call: Call) -> tuple[object, ...] | None:
    vpc, asked = call.get("VpcId"), call.get("InternetGatewayId")
    gateways = _backend(call).internet_gateways.values()
    return (vpc,) if any(each.vpc and each.vpc.id == vpc and each.id != asked for each in gateways) else None


def _gateway_of_another_network(call: Call) -> tuple[object, ...] | None:
    backend = _backend(call)
    table = backend.route_tables.get(call.get("RouteTableId"))
    gateway = backend.internet_gateways.get(call.get("GatewayId"))
    if table is None or gateway is None or (gateway.vpc and gateway.vpc.id == table.vpc_id):
        return None
    return table.id, gateway.id


def _table_of_another_network(call: Call) -> tuple[object, ...] | None:
    table = _backend(call).route_tables.get(call.get("RouteTableId"))
    subnet = _subnet(call)
    if table is None or subnet is None or table.vpc_id == subnet.vpc_id:
        return None
    return table.id, subnet.id


def _group_of_another_network(call: Call) -> tuple[object, ...] | None:
    backend = _backend(call)
    group = backend.get_security_group_from_id(call.get("GroupId") or "")
    if group is None:
        return None
    for permission in call.get("IpPermissions") or []:
        for pair in permission.get("UserIdGroupPairs") or []:
            own = pair.get("UserId") in (None, call.account) and not pair.get("VpcPeeringConnectionId")
            other = backend.get_security_group_from_id(pair.get("GroupId") or "") if own else None
            if other is not None and other.vpc_id != group.vpc_id and not _joined(backend, group.vpc_id, other.vpc_id):
                return ()
    return None


def _joined(backend: Any, one: str, other: str) -> bool:
    """Returns whether a peering or a transit gateway joins two VPCs: then a rule may name a group of the other one.

    VPC guide, security-group-rules.html, "Security group referencing".
    """
    for peering in backend.vpc_pcxs.values():
        if {peering.vpc.id, peering.peer_vpc.id} == {one, other} and peering._status.code == "active":
            return True
    attached = {each.resource_id for each in backend.transit_gateway_attachments.values()}
    return {one, other} <= attached


def _without_ipv6(call: Call) -> tuple[object, ...] | None:
    subnet = _subnet(call)
    for member, (name, value) in _NEEDS_IPV6.items():
        if call.get(member, "Value") and subnet is not None and not has_ipv6(subnet):
            return value, name, subnet.id
    return None


def _range_of_the_vpc(call: Call) -> tuple[object, ...] | None:
    vpc = _backend(call).vpcs.get(call.get("VpcId"))
    try:
        asked = ipaddress.IPv4Network(str(call.get("CidrBlock")), strict=False)
    except ValueError:
        return None
    for each in vpc.get_cidr_block_association_set() if vpc else []:
        there = each["cidr_block_state"]["state"] in ("associating", "associated")
        if there and asked.overlaps(ipaddress.IPv4Network(each["cidr_block"], strict=False)):
            return each["cidr_block"], each["association_id"]
    return None


def _zonal(call: Call) -> bool:
    return bool(call.get("SubnetId")) and call.get("AvailabilityMode") != "regional"


def _public_without_address(call: Call) -> tuple[object, ...] | None:
    public = call.get("ConnectivityType") in (None, "public")
    return () if _zonal(call) and public and not call.get("AllocationId") else None


def _private_with_address(call: Call) -> tuple[object, ...] | None:
    return () if call.get("ConnectivityType") == "private" and call.get("AllocationId") else None


def _too_many_entries(call: Call) -> tuple[object, ...] | None:
    most = call.get("MaxEntries")
    return () if most is not None and len(call.get("Entries") or []) > int(most) else None


RULES = (
    Rule(
        ("AttachInternetGateway",),
        _second_gateway,
        _INVALID,
        "Network {} already has an internet gateway attached",
        "cdk-preflight, pf-ec2-vpc-single-igw",
        seen=True,
        remedy="Use the gateway that {} has, or detach it first.",
    ),
    Rule(
        ("CreateRoute", "ReplaceRoute"),
        _gateway_of_another_network,
        _INVALID,
        "route table {} and network gateway {} belong to different networks",
        "https://github.com/smoketurner/serverless-vpc-plugin/issues/147",
        seen=True,
        remedy="Attach {1} to the VPC of {0} first.",
    ),
    Rule(
        ("AssociateRouteTable",),
        _table_of_another_network,
        _INVALID,
        "Route table {} and subnet {} belong to different networks",
        "EC2 API reference, AssociateRouteTable",
        remedy="Name a route table of the VPC that {1} is in.",
    ),
    Rule(
        _AUTHORIZE,
        _group_of_another_network,
        "InvalidGroup.NotFound",
        "You have specified two resources that belong to different networks.",
        "https://github.com/ansible/ansible/issues/30053",
        seen=True,
        remedy="Make both groups in one VPC. A group without a VpcId is in the default VPC.",
    ),
    Rule(
        ("ModifySubnetAttribute",),
        _without_ipv6,
        _INVALID,
        "Invalid value {0} for {1}. Cannot set {1} to true unless the subnet ({2}) has an IPv6 CIDR block associated "
        "with it.",
        "cdk-preflight, pf-ec2-subnet-dns64-ipv6",
        seen=True,
        remedy="Give {2} an IPv6 range first, or leave {1} out.",
    ),
    Rule(
        ("AssociateVpcCidrBlock",),
        _range_of_the_vpc,
        "CidrConflict",
        "CIDR range conflicts with {} with association ID {}",
        "cdk-preflight, pf-ec2-vpc-cidr-block-overlap",
        seen=True,
        remedy="Choose a range outside {0}.",
    ),
    # The sentences of NAT gateways were seen in CloudFormation, without their codes.
    Rule(
        ("CreateNatGateway",),
        _public_without_address,
        "MissingParameter",
        "The request must include the AllocationId parameter.",
        "cdk-preflight, pf-ec2-natgw-allocation",
        seen=True,
        remedy="Give the NAT gateway the AllocationId of an address, or make its ConnectivityType private.",
    ),
    Rule(
        ("CreateNatGateway",),
        _private_with_address,
        "InvalidParameterCombination",
        "AllocationId cannot be specified for a NAT Gateway with Connectivity Type private.",
        "cdk-preflight, pf-ec2-natgw-allocation",
        seen=True,
        remedy="Take AllocationId out, or make ConnectivityType public.",
    ),
    Rule(
        ("CreateManagedPrefixList",),
        _too_many_entries,
        "InvalidParameterCombination",
        "The number of entries cannot be greater than the maximum number of entries",
        "cdk-preflight, pf-ec2-prefix-list-max-entries",
        seen=True,
        remedy="Raise MaxEntries to the number of entries.",
    ),
)
