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

    def route_to_nat(self, table: str) -> str:
        """Adds a public subnet with a NAT gateway, routes a table to it, and returns the gateway's id."""
        public = self.add_subnet(99)
        gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=self.vpc)
        outside = self.ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]
        self.ec2.associate_route_table(RouteTableId=outside, SubnetId=public)
        self.ec2.create_route(RouteTableId=outside, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
        address = self.ec2.allocate_address(Domain="vpc")["AllocationId"]
        nat = str(self.ec2.create_nat_gateway(SubnetId=public, AllocationId=address)["NatGateway"]["NatGatewayId"])
        self.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
        return nat

    def add_subnet(self, number: int, zone: str = ZONE) -> str:
        """Adds the subnet `10.0.NUMBER.0/24` and returns its id."""
        block = f"10.0.{number}.0/24"
        answer = self.ec2.create_subnet(VpcId=self.vpc, CidrBlock=block, AvailabilityZone=zone)
        return str(answer["Subnet"]["SubnetId"])

    def add_group(self) -> str:
        """Adds a security group without inbound rules and returns its id."""
        answer = self.ec2.create_security_group(GroupName=unique("group"), Description="tests", VpcId=self.vpc)
        return str(answer["GroupId"])

    def admit(self, group: str, port: int) -> None:
        """Lets the job's group in to a TCP port of another group."""
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "UserIdGroupPairs": [{"GroupId": self.group}]}
        self.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])

    def private_dns(self) -> None:
        """Turns on the VPC's attributes that private DNS names need."""
        for attribute in ("EnableDnsSupport", "EnableDnsHostnames"):
            self.ec2.modify_vpc_attribute(VpcId=self.vpc, **{attribute: {"Value": True}})

    def add_endpoint(self, service: str, group: str, *, private_dns: bool = True) -> str:
        """Adds an interface endpoint to the job's subnet and returns its id."""
        self.private_dns()
        answer = self.ec2.create_vpc_endpoint(
            VpcId=self.vpc,
            ServiceName=f"com.amazonaws.us-east-1.{service}",
            VpcEndpointType="Interface",
            SubnetIds=[self.subnet],
            SecurityGroupIds=[group],
            PrivateDnsEnabled=private_dns,
        )
        return str(answer["VpcEndpoint"]["VpcEndpointId"])

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
