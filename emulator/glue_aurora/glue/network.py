"""Checks, at a run's start, that a connection's subnet and security groups can carry a Glue job.

AWS Glue guide: setup-vpc-for-glue-access.html (self-referencing rule), vpc-endpoints-s3.html, and
glue-troubleshooting-errors.html. The checks do not cover the job's own connections.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.connect import connect_to

from glue_aurora.glue.errors import RunFailure

_ALL_TCP_PORTS = (0, 65535)


def has_internet(connections: Sequence[Mapping[str, Any]], account_id: str, region: str) -> bool:
    """Returns whether a run with these connections reaches the internet.

    It does without a subnet, or with a route to a NAT gateway. Glue takes the first connection that gives the run a
    place in a network (AWS re:Post, "Glue job networking").

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
            return _Network(connection, requirements, account_id, region).check()
        except RunFailure as failure:
            failures.append(failure)
    if failures:
        raise failures[0]
    return True


class _Network:
    """The place in a VPC that one connection gives to a run."""

    def __init__(
        self, connection: Mapping[str, Any], requirements: Mapping[str, Any], account_id: str, region: str
    ) -> None:
        self._connection = connection
        self._requirements = requirements
        self._ec2 = connect_to(aws_access_key_id=account_id, region_name=region).ec2

    def check(self) -> bool:
        """Returns whether the subnet has a route to the internet through a NAT gateway.

        Raises:
            RunFailure: a check of AWS fails.
        """
        subnet = self._subnet()
        groups = self._security_groups(subnet["VpcId"])
        if not any(_opens_all_ports(group) for group in groups):
            raise RunFailure(  # [AWS]
                "At least one security group must open all ingress ports.To limit traffic, the source security group "
                "in your inbound rule can be restricted to the same security group"
            )
        table = self._route_table(subnet)
        nat = any(_leads_to_nat(route) for route in table.get("Routes", []))
        if not nat and not self._reaches_s3(subnet["VpcId"], table):
            subnet_id, vpc_id = subnet["SubnetId"], subnet["VpcId"]
            raise RunFailure(  # [AWS]
                f"VPC S3 endpoint validation failed for SubnetId: {subnet_id}. VPC: {vpc_id}. "
                f"Reason: Could not find S3 endpoint or NAT gateway for subnetId: {subnet_id} in Vpc {vpc_id}."
            )
        return nat

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

    def _route_table(self, subnet: Mapping[str, Any]) -> Mapping[str, Any]:
        in_vpc = [{"Name": "vpc-id", "Values": [subnet["VpcId"]]}]
        tables: Sequence[Mapping[str, Any]] = self._ec2.describe_route_tables(Filters=in_vpc)["RouteTables"]
        main: Mapping[str, Any] = {}
        for table in tables:
            for association in table.get("Associations", []):
                if association.get("SubnetId") == subnet["SubnetId"]:
                    return table
                if association.get("Main"):
                    main = table
        return main

    def _reaches_s3(self, vpc_id: str, table: Mapping[str, Any]) -> bool:
        in_vpc = [{"Name": "vpc-id", "Values": [vpc_id]}]
        endpoints = self._ec2.describe_vpc_endpoints(Filters=in_vpc)["VpcEndpoints"]
        for endpoint in endpoints:
            if not endpoint["ServiceName"].endswith(".s3") or endpoint["State"].lower() != "available":
                continue
            if endpoint["VpcEndpointType"] == "Gateway":
                if table.get("RouteTableId") in endpoint.get("RouteTableIds", []):
                    return True
            elif endpoint.get("PrivateDnsEnabled"):
                return True
        return False


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


def _leads_to_nat(route: Mapping[str, Any]) -> bool:
    return (
        route.get("DestinationCidrBlock") == "0.0.0.0/0"
        and bool(route.get("NatGatewayId"))
        and route.get("State") in (None, "active")
    )


def _unresolved(connection: Mapping[str, Any], reason: str) -> RunFailure:
    """Returns the failure for a connection that gives no place in a network.

    The first sentence is AWS's. It does not say why, so the rest is ours.
    """
    return RunFailure(f"Unable to resolve any valid connection. Connection {connection['Name']}: {reason}.")
