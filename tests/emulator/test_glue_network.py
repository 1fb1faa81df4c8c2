"""A run in a subnet: what makes it fail on AWS before the script starts makes it fail here, in AWS's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.emulator.glue_kit import GlueKit, unique

pytestmark = pytest.mark.emulator

ZONE = "us-east-1a"
NO_INGRESS = "At least one security group must open all ingress ports."
UNRESOLVED = "Unable to resolve any valid connection"


@pytest.fixture(scope="module")
def kit(environment: Any) -> GlueKit:
    return GlueKit(environment.client)


@dataclass
class Network:
    """A VPC of its own with one subnet and one security group, closed until a test opens it."""

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
        """A route table for the subnet, in place of the VPC's main one."""
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
        """Name of a new connection into the subnet."""
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
        """A run with these connections, ended."""
        return self.kit.finish(self.kit.create_job(Connections={"Connections": list(connections)}))


@pytest.fixture
def network(kit: GlueKit) -> Network:
    ec2 = kit.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24", AvailabilityZone=ZONE)["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName=unique("group"), Description="tests", VpcId=vpc)["GroupId"]
    return Network(kit, ec2, vpc, subnet, group)


def failure(run: dict[str, Any]) -> str:
    """Reason of a run that could not be launched."""
    assert run["JobRunState"] == "FAILED"
    prefix = f"JobName:{run['JobName']} and JobRunId:{run['Id']} failed to execute with exception "
    assert run["ErrorMessage"].startswith(prefix)
    return str(run["ErrorMessage"].removeprefix(prefix))


def test_open_group_and_s3_endpoint_are_enough(network: Network) -> None:
    network.open_all_tcp()
    network.add_s3_endpoint(network.main_table())
    assert network.run(network.connection())["JobRunState"] == "SUCCEEDED"


def test_nat_gateway_stands_for_the_s3_endpoint(network: Network) -> None:
    network.open_all_tcp()
    network.route_to_nat(network.own_table())
    assert network.run(network.connection())["JobRunState"] == "SUCCEEDED"


def test_group_without_its_own_ports_open_fails(network: Network) -> None:
    network.add_s3_endpoint(network.main_table())
    connection = network.connection()
    assert failure(network.run(connection)).startswith(NO_INGRESS)
    network.open_all_tcp(to_itself=False)
    network.open_all_tcp(first_port=1024)
    assert failure(network.run(connection)).startswith(NO_INGRESS)
    network.open_all_tcp()
    assert network.run(connection)["JobRunState"] == "SUCCEEDED"


def test_subnet_without_a_way_to_s3_fails(network: Network) -> None:
    network.open_all_tcp()
    connection = network.connection()
    expected = (
        f"VPC S3 endpoint validation failed for SubnetId: {network.subnet}. VPC: {network.vpc}. "
        f"Reason: Could not find S3 endpoint or NAT gateway for subnetId: {network.subnet} in Vpc {network.vpc}."
    )
    assert failure(network.run(connection)) == expected
    # An endpoint of the main route table serves no subnet that has a table of its own.
    network.add_s3_endpoint(network.main_table())
    network.own_table()
    assert failure(network.run(connection)) == expected


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"SubnetId": "subnet-00000000"}, "subnet-00000000"),
        ({"SecurityGroupIdList": ["sg-00000000"]}, "sg-00000000"),
        ({"AvailabilityZone": "us-east-1b"}, "is in us-east-1a, the connection says us-east-1b"),
        ({"AvailabilityZone": None}, "AvailabilityZone"),
        ({"SecurityGroupIdList": None}, "no security group"),
    ],
)
def test_connection_that_leads_nowhere_fails(network: Network, changes: dict[str, Any], reason: str) -> None:
    network.open_all_tcp()
    network.add_s3_endpoint(network.main_table())
    message = failure(network.run(network.connection(**changes)))
    assert message.startswith(UNRESOLVED)
    assert reason in message


def test_group_of_another_network_fails(network: Network) -> None:
    network.open_all_tcp()
    network.add_s3_endpoint(network.main_table())
    other = network.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    group = network.ec2.create_security_group(GroupName=unique("group"), Description="tests", VpcId=other)["GroupId"]
    assert "is not in" in failure(network.run(network.connection(SecurityGroupIdList=[group])))


def test_first_connection_that_serves_is_taken(network: Network) -> None:
    network.open_all_tcp()
    network.add_s3_endpoint(network.main_table())
    run = network.run(network.connection(SubnetId="subnet-00000000"), network.connection())
    assert run["JobRunState"] == "SUCCEEDED"


def test_absent_connection_fails(network: Network) -> None:
    assert failure(network.run("absent")) == "Connection absent not found."


def test_modules_of_the_index_need_a_way_to_the_internet(network: Network) -> None:
    network.open_all_tcp()
    network.add_s3_endpoint(network.main_table())
    job = network.kit.create_job(
        Connections={"Connections": [network.connection()]},
        DefaultArguments={"--additional-python-modules": "cowsay==6.1"},
    )
    run = network.kit.finish(job)
    assert run["JobRunState"] == "FAILED"
    assert "cowsay" in run["ErrorMessage"]
