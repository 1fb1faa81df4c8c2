"""The policy of the VPC endpoint that a run's call passes has a say, and so have policies that name the endpoint."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.kit.aws import unique
from tests.kit.glue import GlueKit
from tests.kit.glue_network import Network
from tests.kit.identity import allow, deny, document

pytestmark = pytest.mark.emulator

READ = """
import sys
import boto3
bucket = sys.argv[sys.argv.index("--bucket") + 1]
boto3.client("s3", region_name="us-east-1").get_object(Bucket=bucket, Key="data.csv")
"""


@pytest.fixture
def bucket(kit: GlueKit) -> str:
    s3, name = kit.client("s3"), unique("data")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="data.csv", Body=b"1")
    return name


def endpoint_of(network: Network) -> str:
    found = network.ec2.describe_vpc_endpoints(Filters=[{"Name": "vpc-id", "Values": [network.vpc]}])
    return str(found["VpcEndpoints"][0]["VpcEndpointId"])


def run(network: Network, bucket: str, *connections: str) -> dict[str, Any]:
    job = network.kit.create_job(
        READ, Connections={"Connections": list(connections)}, DefaultArguments={"--bucket": bucket}
    )
    return network.kit.finish(job)


def test_endpoint_policy_without_the_bucket_refuses_the_run(network: Network, bucket: str) -> None:
    endpoint, connection = endpoint_of(network), network.connection()
    scripts = f"arn:aws:s3:::{network.kit.bucket}"
    narrow = allow("s3:*", on=[scripts, f"{scripts}/*"], Principal="*")
    network.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, PolicyDocument=document(narrow))
    ended = run(network, bucket, connection)
    assert ended["JobRunState"] == "FAILED"
    assert "because no VPC endpoint policy allows the s3:GetObject action" in ended["ErrorMessage"]
    assert endpoint in ended["ErrorMessage"]
    wide = allow("s3:*", on=[scripts, f"{scripts}/*", f"arn:aws:s3:::{bucket}/*"], Principal="*")
    network.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, PolicyDocument=document(wide))
    assert run(network, bucket, connection)["JobRunState"] == "SUCCEEDED"


def test_bucket_policy_can_ask_for_the_endpoint(network: Network, bucket: str) -> None:
    connection = network.connection()

    def only_through(endpoint: str) -> None:
        elsewhere = {"StringNotEquals": {"aws:SourceVpce": endpoint}}
        refusal = deny("s3:GetObject", on=f"arn:aws:s3:::{bucket}/*", Principal="*", Condition=elsewhere)
        network.kit.client("s3").put_bucket_policy(Bucket=bucket, Policy=document(refusal))

    only_through(endpoint_of(network))
    assert run(network, bucket, connection)["JobRunState"] == "SUCCEEDED"
    assert "explicit deny in a resource-based policy" in run(network, bucket)["ErrorMessage"]
    only_through("vpce-00000000")
    assert "explicit deny in a resource-based policy" in run(network, bucket, connection)["ErrorMessage"]
    assert json.loads(network.kit.client("s3").get_bucket_policy(Bucket=bucket)["Policy"])
