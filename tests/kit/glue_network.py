"""Makes a VPC for the tests of Glue runs in a subnet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.kit.aws import unique
from tests.kit.glue import GlueKit

ZONE = "us-east-1a"


@dataclass
class Network:
    """A VPC with one subnet and one security group, which is closed until a test opens it."""

    kit: GlueKit
    ec2: Any
    vpc: str
    subnet: str
    group: str

    def open_all_tcp(self, *, to_itself: bool = True, first_port: int = 0) -> None:
        rule: dict[str, Any] = {"IpProtocol": "tcp", "FromPort": first_port, "ToPort": 65535}
        if to_itself:
            rule["UserIdGroupPairs"] = [{"GroupId": self.group}]
        else:
            rule["IpRanges"] = [{"CidrIp": "10.0.0.0/16"}]
        self.ec2.authorize_security_group_ingress(GroupId=self.group, IpPermissions=[rule])

    def main_table(self) -> str:
        main = [{"Name": "vpc-id", "Values": [self.vpc]}, {"Name": "association.main", "Values": ["true"]}]
        return str(self.ec2.describe_route_tables(Filters=main)["RouteTables"][0]["RouteTableId"])

    def own_table(self) -> str:
        """Gives the subnet a route table in place of the VPC's main one, and returns its id."""
        table = self.ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]
        self.ec2.associate_route_table(RouteTableId=table, SubnetId=self.subnet)
        return str(table)

    def add_s3_endpoint(self, table: str) -> None:
        self.ec2.create_vpc_endpoint(
            VpcId=self.vpc,
            ServiceName="com.amazonaws.us-east-1.s3",
            VpcEndpointType="Gateway",
            RouteTableIds=[table],
        )

    def route_to_nat(self, table: str) -> None:
        address = self.ec2.allocate_address(Domain="vpc")["AllocationId"]
        nat = self.ec2.create_nat_gateway(SubnetId=self.subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
        self.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)

    def connection(self, **changes: Any) -> str:
        """Returns the name of a new connection into the subnet."""
        requirements = {"SubnetId": self.subnet, "SecurityGroupIdList": [self.group], "AvailabilityZone": ZONE}
        requirements.update(changes)
        definition = {
            "Name": unique("connection"),
            "ConnectionType": "NETWORK",
            "ConnectionProperties": {},
            "PhysicalConnectionRequirements": {key: value for key, value in requirements.items() if value},
        }
        self.kit.glue.create_connection(ConnectionInput=definition)
        return str(definition["Name"])

    def run(self, *connections: str) -> dict[str, Any]:
        """Returns a run with these connections once it has ended."""
        return self.kit.finish(self.kit.create_job(Connections={"Connections": list(connections)}))


def create_network(kit: GlueKit) -> Network:
    """Returns a new network. Its security group has no rule, and its subnet has no route out."""
    ec2 = kit.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24", AvailabilityZone=ZONE)["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName=unique("group"), Description="tests", VpcId=vpc)["GroupId"]
    return Network(kit, ec2, vpc, subnet, group)
