"""A VPC as EC2 describes it, with everything that a run needs, for the table tests of reachability."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

ANYWHERE = "0.0.0.0/0"
EVERYTHING = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": ANYWHERE}]}


def tcp(port: int | tuple[int, int], **source: Any) -> dict[str, Any]:
    """Returns a rule of a security group. `group`, `cidr` or `prefix_list` is the other end."""
    first, last = port if isinstance(port, tuple) else (port, port)
    rule: dict[str, Any] = {"IpProtocol": "tcp", "FromPort": first, "ToPort": last}
    if "group" in source:
        rule["UserIdGroupPairs"] = [{"GroupId": source["group"]}]
    if "cidr" in source:
        rule["IpRanges"] = [{"CidrIp": source["cidr"]}]
    if "prefix_list" in source:
        rule["PrefixListIds"] = [{"PrefixListId": source["prefix_list"]}]
    if "cidr6" in source:
        rule["Ipv6Ranges"] = [{"CidrIpv6": source["cidr6"]}]
    return rule


def entry(
    number: int, action: str, *, egress: bool, cidr: str = ANYWHERE, ports: tuple[int, int] | None = None
) -> dict[str, Any]:
    """Returns an entry of a network ACL: TCP with ports, everything without."""
    found: dict[str, Any] = {"RuleNumber": number, "RuleAction": action, "Egress": egress, "CidrBlock": cidr}
    if ports is None:
        return {**found, "Protocol": "-1"}
    return {**found, "Protocol": "6", "PortRange": {"From": ports[0], "To": ports[1]}}


def open_acl(acl_id: str, *subnets: str, default: bool = False) -> dict[str, Any]:
    """Returns a network ACL that lets everything pass."""
    return {
        "NetworkAclId": acl_id,
        "IsDefault": default,
        "Associations": [{"SubnetId": each} for each in subnets],
        "Entries": [
            *(entry(100, "allow", egress=egress) for egress in (False, True)),
            *(entry(32767, "deny", egress=egress) for egress in (False, True)),
        ],
    }


def network() -> dict[str, Any]:
    """Returns the fields of a `Vpc`: job and database in two subnets, a public one with a NAT gateway, two endpoints.

    The job's subnet has no route to the NAT gateway.
    """
    return {
        "vpc_id": "vpc-1",
        "region": "us-east-1",
        "cidrs": ["10.0.0.0/16"],
        "subnets": {
            "subnet-job": {"SubnetId": "subnet-job", "CidrBlock": "10.0.0.0/24"},
            "subnet-db": {"SubnetId": "subnet-db", "CidrBlock": "10.0.1.0/24"},
            "subnet-public": {"SubnetId": "subnet-public", "CidrBlock": "10.0.2.0/24"},
        },
        "route_tables": [
            {"RouteTableId": "rtb-main", "Associations": [{"Main": True}], "Routes": [_local()]},
            {"RouteTableId": "rtb-job", "Associations": [{"SubnetId": "subnet-job"}], "Routes": [_local()]},
            {
                "RouteTableId": "rtb-public",
                "Associations": [{"SubnetId": "subnet-public"}],
                "Routes": [_local(), {"DestinationCidrBlock": ANYWHERE, "GatewayId": "igw-1", "State": "active"}],
            },
        ],
        "groups": {
            "sg-job": {
                "GroupId": "sg-job",
                "IpPermissions": [tcp((0, 65535), group="sg-job")],
                "IpPermissionsEgress": [
                    tcp(443, group="sg-endpoint"),
                    tcp(443, prefix_list="pl-s3"),
                    tcp(5432, group="sg-db"),
                ],
            },
            "sg-endpoint": {"GroupId": "sg-endpoint", "IpPermissions": [tcp(443, group="sg-job")]},
            "sg-db": {"GroupId": "sg-db", "IpPermissions": [tcp(5432, group="sg-job")]},
        },
        "acls": [open_acl("acl-default", default=True)],
        "endpoints": [
            {
                "VpcEndpointId": "vpce-s3",
                "VpcEndpointType": "Gateway",
                "ServiceName": "com.amazonaws.us-east-1.s3",
                "State": "available",
                "RouteTableIds": ["rtb-job"],
            },
            {
                "VpcEndpointId": "vpce-secrets",
                "VpcEndpointType": "Interface",
                "ServiceName": "com.amazonaws.us-east-1.secretsmanager",
                "State": "available",
                "PrivateDnsEnabled": True,
                "SubnetIds": ["subnet-db"],
                "NetworkInterfaceIds": ["eni-1"],
                "Groups": [{"GroupId": "sg-endpoint"}],
            },
        ],
        "nat_gateways": {"nat-1": {"NatGatewayId": "nat-1", "SubnetId": "subnet-public", "State": "available"}},
        "addresses": {"eni-1": "10.0.1.7"},
        "interface_subnets": {"eni-1": "subnet-db"},
        "prefix_lists": {"pl-s3": "com.amazonaws.us-east-1.s3"},
    }


@dataclass
class Change:
    """Changes the fields of a `Vpc` in place, by the short names of its parts."""

    of: dict[str, Any] = field(default_factory=network)

    def group(self, name: str, *, ingress: Any = None, egress: Any = None) -> Change:
        """Replaces the rules of a security group."""
        if ingress is not None:
            self.of["groups"][name]["IpPermissions"] = ingress
        if egress is not None:
            self.of["groups"][name]["IpPermissionsEgress"] = egress
        return self

    def endpoint(self, name: str, **changes: Any) -> Change:
        """Changes members of a VPC endpoint."""
        next(each for each in self.of["endpoints"] if each["VpcEndpointId"] == name).update(changes)
        return self

    def acl(self, subnet: str, *entries: dict[str, Any]) -> Change:
        """Gives a subnet a network ACL of its own, with these entries before those that let everything pass."""
        acl = open_acl("acl-own", subnet)
        acl["Entries"] = [*entries, *acl["Entries"]]
        self.of["acls"].append(acl)
        return self

    def closed_acl(self, subnet: str, *entries: dict[str, Any]) -> Change:
        """Gives a subnet a network ACL of its own with these entries only."""
        acl = open_acl("acl-own", subnet)
        acl["Entries"] = list(entries)
        self.of["acls"].append(acl)
        return self

    def route(self, table: str, **route: Any) -> Change:
        """Adds a route for everywhere to a route table."""
        found = next(each for each in self.of["route_tables"] if each["RouteTableId"] == table)
        found["Routes"].append({"DestinationCidrBlock": ANYWHERE, "State": "active", **route})
        return self

    def nat(self, **changes: Any) -> Change:
        """Routes the job's subnet to the NAT gateway, lets the job out, and changes members of the gateway."""
        self.of["nat_gateways"]["nat-1"].update(changes)
        self.of["groups"]["sg-job"]["IpPermissionsEgress"].append(EVERYTHING)
        return self.route("rtb-job", NatGatewayId="nat-1")

    def without(self, field_name: str) -> Change:
        """Empties a field."""
        self.of[field_name] = type(self.of[field_name])()
        return self

    def set(self, **fields: Any) -> Change:
        """Sets fields of the `Vpc`."""
        self.of.update(fields)
        return self


def _local() -> dict[str, Any]:
    return {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}
