"""A run in a subnet fails before its script starts for the same reasons as on AWS, in AWS's words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kit.aws import unique
from tests.kit.glue import GlueKit
from tests.kit.glue_network import ZONE, Network, create_network

pytestmark = pytest.mark.emulator

NO_INGRESS = "At least one security group must open all ingress ports."
UNRESOLVED = "Unable to resolve any valid connection"


@pytest.fixture(scope="module")
def kit(environment: Any) -> GlueKit:
    return GlueKit(environment.client)


@pytest.fixture
def network(kit: GlueKit) -> Network:
    return create_network(kit)


def failure(run: dict[str, Any]) -> str:
    """Returns why a run could not be launched."""
    assert run["JobRunState"] == "FAILED"
    prefix = f"JobName:{run['JobName']} and JobRunId:{run['Id']} failed to execute with exception "
    assert run["ErrorMessage"].startswith(prefix)
    return str(run["ErrorMessage"].removeprefix(prefix))


def test_open_group_and_s3_endpoint_are_enough(network: Network) -> None:
    network.open_all_tcp()
    network.add_s3_endpoint(network.main_table())
    run = network.run(network.connection())
    assert run["JobRunState"] == "SUCCEEDED"
    assert "StateDetail" not in run


def test_group_that_keeps_workers_apart_is_doubted(network: Network) -> None:
    network.open_all_tcp()
    network.add_s3_endpoint(network.main_table())
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": everything["IpRanges"]}
    network.ec2.revoke_security_group_egress(GroupId=network.group, IpPermissions=[everything])
    network.ec2.authorize_security_group_egress(GroupId=network.group, IpPermissions=[https])
    run = network.run(network.connection())
    assert run["JobRunState"] == "SUCCEEDED"
    assert f"all TCP ports of security group {network.group} to itself" in run["StateDetail"]


def test_nat_gateway_stands_for_the_s3_endpoint(network: Network) -> None:
    network.open_all_tcp()
    network.route_to_nat(network.own_table())
    run = network.run(network.connection())
    assert run["JobRunState"] == "SUCCEEDED"
    assert "way to the internet, which this emulator lacks" in run["StateDetail"]


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
    table = network.main_table()
    without = failure(network.run(connection))
    assert without.startswith(expected)
    assert f"(emulator) Route table {table} of subnet {network.subnet} leads to no S3" in without
    # An endpoint of the main route table serves no subnet that has a table of its own.
    network.add_s3_endpoint(table)
    own = network.own_table()
    elsewhere = failure(network.run(connection))
    assert elsewhere.startswith(expected)
    assert f"Route table {own} of subnet" in elsewhere
    assert "is not associated with it" in elsewhere


def test_nat_gateway_that_is_gone_leads_nowhere(network: Network) -> None:
    network.open_all_tcp()
    nat = network.route_to_nat(network.own_table())
    network.ec2.delete_nat_gateway(NatGatewayId=nat)
    message = failure(network.run(network.connection()))
    assert message.startswith("VPC S3 endpoint validation failed")
    assert f"NAT gateway {nat} is not available" in message


def test_subnet_without_free_addresses_fails(network: Network) -> None:
    network.open_all_tcp()
    network.add_s3_endpoint(network.main_table())
    small = network.ec2.create_subnet(VpcId=network.vpc, CidrBlock="10.0.7.0/28", AvailabilityZone=ZONE)
    connection = network.connection(SubnetId=small["Subnet"]["SubnetId"])
    job = network.kit.create_job(Connections={"Connections": [connection]}, NumberOfWorkers=12)
    message = failure(network.kit.finish(job))
    assert message.startswith("The specified subnet does not have enough free addresses to satisfy the request.")
    assert "has 11 free addresses" in message


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
