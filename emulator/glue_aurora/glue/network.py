"""Checks, at a run's start, that a connection's subnet and security groups can carry a Glue job.

AWS Glue guide: setup-vpc-for-glue-access.html (self-referencing rule), vpc-endpoints-s3.html, and
glue-troubleshooting-errors.html. These are Glue's own checks. `parity/network` judges what the run itself connects to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.connect import connect_to

from glue_aurora.glue.errors import RunFailure
from glue_aurora.parity.network.packets import covers
from glue_aurora.parity.network.reachability import Interface, is_active
from glue_aurora.parity.network.services import endpoint_services
from glue_aurora.parity.network.vpc import ANYWHERE, Description, Vpc, read_vpc

_ALL_TCP_PORTS = (0, 65535)


@dataclass(frozen=True)
class Place:
    """Where a connection puts a run: its VPC and the network interface of its workers."""

    vpc: Vpc
    interface: Interface
    doubt: str = ""
    """What Glue's guide asks for and the emulator can't judge."""


def place_of(connections: Sequence[Mapping[str, Any]], workers: int, account_id: str, region: str) -> Place | None:
    """Returns the place of a run with these connections and this many workers. None is a run outside every VPC.

    Glue takes the first connection that gives the run a place in a network (AWS re:Post, "Glue job networking").

    Raises:
        RunFailure: no connection does; the reason is the first one's.
    """
    failures: list[RunFailure] = []
    for connection in connections:
        requirements = connection.get("PhysicalConnectionRequirements")
        if not requirements:
            # A JDBC connection without a subnet: [AWS] the run does not start.
            failures.append(_unresolved(connection, "it has no PhysicalConnectionRequirements"))
            continue
        try:
            return _Check(connection, requirements, account_id, region).place(workers)
        except RunFailure as failure:
            failures.append(failure)
    if failures:
        raise failures[0]
    return None


class _Check:
    """The checks of one connection."""

    def __init__(
        self, connection: Mapping[str, Any], requirements: Mapping[str, Any], account_id: str, region: str
    ) -> None:
        self._connection = connection
        self._requirements = requirements
        self._region = region
        self._ec2 = connect_to(aws_access_key_id=account_id, region_name=region).ec2

    def place(self, workers: int) -> Place:
        """Returns the place of the run.

        Raises:
            RunFailure: a check of AWS fails.
        """
        subnet = self._subnet()
        subnet_id = str(subnet["SubnetId"])
        vpc = read_vpc(self._ec2, subnet["VpcId"], self._region)
        groups = self._security_groups(vpc.vpc_id)
        if not any(_opens_all_ports(group) for group in groups):
            names = ", ".join(str(group["GroupId"]) for group in groups)
            raise RunFailure(  # [AWS]
                "At least one security group must open all ingress ports.To limit traffic, the source security group "
                "in your inbound rule can be restricted to the same security group. (emulator) Security group "
                f"{names} of connection {self._connection['Name']} has no inbound rule for all TCP ports from itself"
            )
        if reason := _no_way_to_s3(vpc, subnet_id):
            raise RunFailure(  # [AWS]
                f"VPC S3 endpoint validation failed for SubnetId: {subnet_id}. VPC: {vpc.vpc_id}. "
                f"Reason: Could not find S3 endpoint or NAT gateway for subnetId: {subnet_id} in Vpc {vpc.vpc_id}. "
                f"(emulator) {reason}"
            )
        free = int(subnet.get("AvailableIpAddressCount", workers))
        if free < workers:
            raise RunFailure(  # [AWS]
                "The specified subnet does not have enough free addresses to satisfy the request. (emulator) Subnet "
                f"{subnet_id} has {free} free addresses, and the run needs one for each of its {workers} workers"
            )
        return Place(
            vpc, Interface(subnet_id, tuple(str(group["GroupId"]) for group in groups)), _doubt(groups, subnet)
        )

    def _subnet(self) -> Mapping[str, Any]:
        subnet_id, zone = self._requirements.get("SubnetId"), self._requirements.get("AvailabilityZone")
        if not subnet_id or not zone:
            raise _unresolved(self._connection, "it needs both SubnetId and AvailabilityZone")
        try:
            subnet: Mapping[str, Any] = self._ec2.describe_subnets(SubnetIds=[subnet_id])["Subnets"][0]
        except ClientError as error:
            raise _unresolved(self._connection, error.response["Error"]["Message"]) from error
        if subnet["AvailabilityZone"] != zone:
            raise _unresolved(
                self._connection, f"subnet {subnet_id} is in {subnet['AvailabilityZone']}, the connection says {zone}"
            )
        return subnet

    def _security_groups(self, vpc_id: str) -> Sequence[Mapping[str, Any]]:
        ids = self._requirements.get("SecurityGroupIdList", [])
        if not ids:
            raise _unresolved(self._connection, "it has no security group")
        try:
            groups: Sequence[Mapping[str, Any]] = self._ec2.describe_security_groups(GroupIds=ids)["SecurityGroups"]
        except ClientError as error:
            raise _unresolved(self._connection, error.response["Error"]["Message"]) from error
        for group in groups:
            if group["VpcId"] != vpc_id:
                raise _unresolved(self._connection, f"security group {group['GroupId']} is not in {vpc_id}")
        return groups


def _opens_all_ports(group: Mapping[str, Any]) -> bool:
    """Returns whether a rule lets all TCP ports in from the group itself or from everywhere."""
    for rule in group["IpPermissions"]:
        ports = (rule.get("FromPort"), rule.get("ToPort"))
        if rule["IpProtocol"] != "-1" and not (rule["IpProtocol"] in ("tcp", "6") and ports == _ALL_TCP_PORTS):
            continue
        if any(pair.get("GroupId") == group["GroupId"] for pair in rule.get("UserIdGroupPairs", [])):
            return True
        if any(ip_range.get("CidrIp") == "0.0.0.0/0" for ip_range in rule.get("IpRanges", [])):
            return True
    return False


def _doubt(groups: Sequence[Mapping[str, Any]], subnet: Mapping[str, Any]) -> str:
    """Returns what to say when no group lets all TCP ports out to itself (setup-vpc-for-glue-access.html)."""
    own = str(subnet["CidrBlock"])
    for group in groups:
        for rule in group["IpPermissionsEgress"]:
            ports = (rule.get("FromPort"), rule.get("ToPort"))
            if rule["IpProtocol"] != "-1" and not (rule["IpProtocol"] in ("tcp", "6") and ports == _ALL_TCP_PORTS):
                continue
            if any(pair.get("GroupId") == group["GroupId"] for pair in rule.get("UserIdGroupPairs", [])):
                return ""
            if any(covers(ip_range["CidrIp"], own) for ip_range in rule.get("IpRanges", [])):
                return ""
    names = ", ".join(str(group["GroupId"]) for group in groups)
    return (
        f"Glue's guide asks for an outbound rule for all TCP ports of security group {names} to itself, which is "
        "missing. The emulator can't judge whether the run's workers would reach each other on AWS."
    )


def _no_way_to_s3(vpc: Vpc, subnet_id: str) -> str:
    """Returns why neither an endpoint nor a NAT gateway leads to S3, or an empty string. Glue looks no further."""
    table = vpc.route_table_of(subnet_id)
    name = f"Route table {table.get('RouteTableId', '(none)')} of subnet {subnet_id}"
    endpoints = vpc.endpoints_of(endpoint_services("s3", vpc.region))
    for endpoint in endpoints:
        if endpoint["VpcEndpointType"] == "Gateway":
            if table.get("RouteTableId") in endpoint.get("RouteTableIds", []):
                return ""
        elif endpoint.get("PrivateDnsEnabled"):
            return ""
    nat = [route for route in table.get("Routes", []) if route.get("NatGatewayId")]
    if any(_leads_to_nat(vpc, route) for route in nat):
        return ""
    other = ", ".join(str(endpoint["VpcEndpointId"]) for endpoint in endpoints)
    there = f"S3 endpoint {other} is not associated with it" if other else f"{vpc.vpc_id} has no S3 endpoint"
    gone = f", and NAT gateway {nat[0]['NatGatewayId']} is not available" if nat else ", and it has no NAT gateway"
    return f"{name} leads to no S3: {there}{gone}"


def _leads_to_nat(vpc: Vpc, route: Description) -> bool:
    gateway = vpc.nat_gateways.get(str(route["NatGatewayId"]), {})
    available = str(gateway.get("State", "")).lower() == "available"
    return route.get("DestinationCidrBlock") == ANYWHERE and is_active(route) and available


def _unresolved(connection: Mapping[str, Any], reason: str) -> RunFailure:
    """Returns the failure for a connection that gives no place in a network.

    The first sentence is AWS's. It does not say why, so the rest is ours.
    """
    return RunFailure(f"Unable to resolve any valid connection. Connection {connection['Name']}: {reason}.")
