"""A VPC as EC2's Describe calls show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Description = Mapping[str, Any]

ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True)
class Vpc:
    """The parts of one VPC that decide where packets go. The items are those of EC2's answers."""

    vpc_id: str
    region: str
    dns_support: bool = True
    dns_hostnames: bool = True
    subnets: Mapping[str, Description] = field(default_factory=dict)
    route_tables: Sequence[Description] = ()
    groups: Mapping[str, Description] = field(default_factory=dict)
    acls: Sequence[Description] = ()
    endpoints: Sequence[Description] = ()
    nat_gateways: Mapping[str, Description] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)
    """Private IPv4 addresses of the endpoints' network interfaces, by the interface's id."""
    interface_subnets: Mapping[str, str] = field(default_factory=dict)
    """Subnets of those network interfaces, by the interface's id."""
    prefix_lists: Mapping[str, str] = field(default_factory=dict)
    """Names of all prefix lists by id. A list of a service has the service's name."""
    prefix_list_cidrs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Networks of the prefix lists that the account made itself, by id."""
    cidrs: Sequence[str] = ()
    """IPv4 networks of the VPC, the primary one first."""
    dns_servers: Sequence[str] = ()
    """DNS servers of the VPC's DHCP options, in their order. None: Amazon's."""

    def route_table_of(self, subnet: str) -> Description:
        """Returns the route table of a subnet: the one that is associated with it, else the main one."""
        main: Description = {}
        for table in self.route_tables:
            for association in table.get("Associations", []):
                if association.get("SubnetId") == subnet:
                    return table
                if association.get("Main"):
                    main = table
        return main

    def acl_of(self, subnet: str) -> Description | None:
        """Returns the network ACL of a subnet, or None when EC2 shows none."""
        default: Description | None = None
        for acl in self.acls:
            if any(each.get("SubnetId") == subnet for each in acl.get("Associations", [])):
                return acl
            if acl.get("IsDefault"):
                default = acl
        return default

    def endpoints_of(self, names: Sequence[str]) -> list[Description]:
        """Returns the available endpoints of a service. EC2 also lists deleted ones."""
        return [
            each
            for each in self.endpoints
            if each["ServiceName"] in names and str(each.get("State", "")).lower() == "available"
        ]

    def groups_named(self, groups: Sequence[str]) -> str:
        """Returns the ids of security groups, each with its name if it has one."""
        names = {each: self.groups.get(each, {}).get("GroupName") for each in groups}
        return ", ".join(f"{each} ({name})" if name else each for each, name in names.items())

    def prefix_list_of(self, names: Sequence[str]) -> str:
        """Returns the id of a service's prefix list, or an empty string."""
        return next((list_id for list_id, name in self.prefix_lists.items() if name in names), "")


def read_vpc(ec2: Any, vpc_id: str, region: str) -> Vpc:
    """Returns a VPC as a boto3 client of EC2 describes it."""
    of_vpc = [{"Name": "vpc-id", "Values": [vpc_id]}]
    endpoints = ec2.describe_vpc_endpoints(Filters=of_vpc)["VpcEndpoints"]
    interfaces = _interfaces(ec2, [one for each in endpoints for one in each.get("NetworkInterfaceIds", [])])
    lists = ec2.describe_managed_prefix_lists()["PrefixLists"]
    described = ec2.describe_vpcs(VpcIds=[vpc_id])["Vpcs"][0]
    return Vpc(
        vpc_id,
        region,
        dns_support=_attribute(ec2, vpc_id, "enableDnsSupport", "EnableDnsSupport"),
        dns_hostnames=_attribute(ec2, vpc_id, "enableDnsHostnames", "EnableDnsHostnames"),
        subnets={each["SubnetId"]: each for each in ec2.describe_subnets(Filters=of_vpc)["Subnets"]},
        route_tables=ec2.describe_route_tables(Filters=of_vpc)["RouteTables"],
        groups={each["GroupId"]: each for each in ec2.describe_security_groups(Filters=of_vpc)["SecurityGroups"]},
        acls=ec2.describe_network_acls(Filters=of_vpc)["NetworkAcls"],
        endpoints=endpoints,
        nat_gateways={each["NatGatewayId"]: each for each in ec2.describe_nat_gateways(Filters=of_vpc)["NatGateways"]},
        addresses={each["NetworkInterfaceId"]: str(each["PrivateIpAddress"]) for each in interfaces},
        interface_subnets={each["NetworkInterfaceId"]: str(each["SubnetId"]) for each in interfaces},
        prefix_lists={each["PrefixListId"]: each["PrefixListName"] for each in lists},
        prefix_list_cidrs={
            each["PrefixListId"]: _entries(ec2, each["PrefixListId"]) for each in lists if each.get("OwnerId") != "AWS"
        },
        cidrs=_cidrs(described),
        dns_servers=_dns_servers(ec2, described),
    )


def _attribute(ec2: Any, vpc_id: str, name: str, member: str) -> bool:
    return bool(ec2.describe_vpc_attribute(VpcId=vpc_id, Attribute=name)[member]["Value"])


def _interfaces(ec2: Any, ids: list[str]) -> list[Description]:
    if not ids:
        return []
    found = ec2.describe_network_interfaces(Filters=[{"Name": "network-interface-id", "Values": ids}])
    return [each for each in found["NetworkInterfaces"] if each.get("PrivateIpAddress")]


def _entries(ec2: Any, list_id: str) -> list[str]:
    return [each["Cidr"] for each in ec2.get_managed_prefix_list_entries(PrefixListId=list_id)["Entries"]]


def _cidrs(vpc: Description) -> list[str]:
    primary = str(vpc["CidrBlock"])
    associated = [
        str(each["CidrBlock"])
        for each in vpc.get("CidrBlockAssociationSet", [])
        if (each.get("CidrBlockState") or {}).get("State") != "disassociated"
    ]
    return [primary, *(each for each in associated if each != primary)]


def _dns_servers(ec2: Any, vpc: Description) -> list[str]:
    options_id = vpc.get("DhcpOptionsId") or "default"
    if options_id == "default":
        return []
    found = ec2.describe_dhcp_options(Filters=[{"Name": "dhcp-options-id", "Values": [options_id]}])["DhcpOptions"]
    configurations = [
        one for each in found for one in each["DhcpConfigurations"] if one["Key"] == "domain-name-servers"
    ]
    return [str(value["Value"]) for each in configurations for value in each["Values"]]
