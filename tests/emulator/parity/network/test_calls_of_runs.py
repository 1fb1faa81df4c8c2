"""A run that calls what its network does not reach ends as FAILED, and the message names the hop."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.kit.aws import refused, unique
from tests.kit.glue import GlueKit
from tests.kit.glue_network import Network
from tests.kit.identity import TRUST_ACCOUNT, Session
from tests.kit.rds import RdsKit

pytestmark = pytest.mark.emulator

TIMED_OUT = 'Connect timeout on endpoint URL: "https://{}.us-east-1.amazonaws.com/". (emulator) Subnet '
READ = """
import sys
import boto3
secret = sys.argv[sys.argv.index("--secret") + 1]
boto3.client("secretsmanager", region_name="us-east-1").get_secret_value(SecretId=secret)
"""
GO_ON = """
import boto3
try:
    boto3.client("secretsmanager", region_name="us-east-1").list_secrets()
except Exception:
    pass
"""
READ_CONNECTION = """
import sys
import boto3
name = sys.argv[sys.argv.index("--name") + 1]
boto3.client("glue", region_name="us-east-1").get_connection(Name=name)
"""
GIVE_KEYS = """
import json
import sys
import time
import boto3
bucket = sys.argv[sys.argv.index("--bucket") + 1]
keys = boto3.Session().get_credentials().get_frozen_credentials()
given = {"AccessKeyId": keys.access_key, "SecretAccessKey": keys.secret_key, "SessionToken": keys.token}
boto3.client("s3", region_name="us-east-1").put_object(Bucket=bucket, Key="keys", Body=json.dumps(given))
time.sleep(600)
"""
OTHER_ROLE = """
import sys
import boto3
role = sys.argv[sys.argv.index("--role") + 1]
keys = boto3.client("sts", region_name="us-east-1").assume_role(RoleArn=role, RoleSessionName="other")["Credentials"]
boto3.client(
    "kms",
    region_name="us-east-1",
    aws_access_key_id=keys["AccessKeyId"],
    aws_secret_access_key=keys["SecretAccessKey"],
    aws_session_token=keys["SessionToken"],
).list_keys()
"""


@pytest.fixture(scope="module")
def secret(kit: GlueKit) -> str:
    secrets = kit.client("secretsmanager")
    return str(secrets.create_secret(Name=unique("secret"), SecretString="plain")["ARN"])


@pytest.fixture(scope="module")
def rds(environment: Any) -> RdsKit:
    return RdsKit(environment)


@pytest.fixture(scope="module")
def cluster(rds: RdsKit) -> Iterator[dict[str, Any]]:
    """Yields a private cluster whose managed secret RDS keeps. Its group is closed."""
    group = rds.ec2.create_security_group(GroupName=unique("db"), Description="tests", VpcId=rds.vpc)["GroupId"]
    with rds.cluster(VpcSecurityGroupIds=[group], MasterUserPassword=None, ManageMasterUserPassword=True) as described:
        yield described


def run(kit: GlueKit, source: str, *connections: str, **arguments: str) -> dict[str, Any]:
    """Returns a run of a new job once it has ended."""
    job = kit.create_job(
        source,
        Connections={"Connections": list(connections)},
        DefaultArguments={f"--{name}": value for name, value in arguments.items()},
    )
    return kit.finish(job)


def failure(ended: dict[str, Any]) -> str:
    assert ended["JobRunState"] == "FAILED", ended
    return str(ended["ErrorMessage"])


def test_service_without_an_endpoint_times_out(network: Network, secret: str) -> None:
    message = failure(run(network.kit, READ, network.connection(), secret=secret))
    assert message.startswith(TIMED_OUT.format("secretsmanager") + network.subnet)
    assert f"{network.vpc} has no VPC endpoint for com.amazonaws.us-east-1.secretsmanager" in message
    assert message.endswith("On AWS the run would hang in the call.")


def test_script_that_catches_the_error_does_not_get_away(network: Network) -> None:
    assert failure(run(network.kit, GO_ON, network.connection())).startswith(TIMED_OUT.format("secretsmanager"))


def test_call_gets_the_emulators_code_in_place_of_a_timeout(network: Network, environment: Any) -> None:
    kit = network.kit
    job = kit.create_job(
        GIVE_KEYS,
        Connections={"Connections": [network.connection()]},
        DefaultArguments={"--bucket": kit.bucket},
    )
    started = kit.start(job)
    kit.client("s3").get_waiter("object_exists").wait(Bucket=kit.bucket, Key="keys", WaiterConfig={"Delay": 1})
    keys = json.loads(kit.client("s3").get_object(Bucket=kit.bucket, Key="keys")["Body"].read())
    # The run is ended at the call, so its own script may not live to see the answer.
    with refused("EmulatorConnectTimeout", TIMED_OUT.format("secretsmanager") + network.subnet):
        Session(environment.endpoint_url, keys, "the run").client("secretsmanager").list_secrets()
    assert failure(kit.wait(job, started)).startswith(TIMED_OUT.format("secretsmanager"))


def test_interface_endpoint_serves_once_its_group_admits_the_job(network: Network, secret: str) -> None:
    group = network.add_group()
    endpoint = network.add_endpoint("secretsmanager", group)
    connection = network.connection()
    closed = failure(run(network.kit, READ, connection, secret=secret))
    assert f") of interface endpoint {endpoint} has no inbound rule for TCP port 443" in closed
    network.admit(group, 443)
    assert run(network.kit, READ, connection, secret=secret)["JobRunState"] == "SUCCEEDED"
    network.ec2.modify_vpc_attribute(VpcId=network.vpc, EnableDnsHostnames={"Value": False})
    assert "enableDnsHostnames" in failure(run(network.kit, READ, connection, secret=secret))


def test_credentials_of_another_role_leave_by_the_runs_interface(network: Network) -> None:
    group = network.add_group()
    network.admit(group, 443)
    network.add_endpoint("sts", group)
    other = network.kit.create_role({"Version": "2012-10-17", "Statement": [TRUST_ACCOUNT]})
    message = failure(run(network.kit, OTHER_ROLE, network.connection(), role=other))
    assert message.startswith(TIMED_OUT.format("kms"))


def test_way_to_s3_is_judged_before_the_script(network: Network) -> None:
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    network.ec2.revoke_security_group_egress(GroupId=network.group, IpPermissions=[everything])
    message = failure(run(network.kit, "print('done')", network.connection()))
    assert message.startswith(TIMED_OUT.format("s3"))
    assert f"security group {network.group} (" in message
    assert ") of the job has no outbound rule for TCP port 443 to pl-" in message


def test_run_without_a_connection_reaches_services_and_no_private_cluster(
    kit: GlueKit, secret: str, cluster: dict[str, Any]
) -> None:
    assert run(kit, READ, secret=secret)["JobRunState"] == "SUCCEEDED"
    name, host, port = cluster["DBClusterIdentifier"], cluster["Endpoint"], cluster["Port"]
    expected = (
        f'connection to server at "{host}", port {port} failed: timeout expired. (emulator) The run has no way to '
    )
    read = failure(run(kit, READ, secret=cluster["MasterUserSecret"]["SecretArn"]))
    assert read.startswith(f"{expected}cluster {name}: the job has no connection, so it runs outside vpc-")
    # With the secret's ARN beside them, host and port mean this cluster and no other on the same PostgreSQL.
    named = {"host": host, "port": str(port), "secret": cluster["MasterUserSecret"]["SecretArn"]}
    assert failure(run(kit, "print('done')", **named)).startswith(f"{expected}cluster {name}: ")


def test_secret_of_a_user_names_the_cluster_by_host_and_port(kit: GlueKit, cluster: dict[str, Any]) -> None:
    content = json.dumps({"host": cluster["Endpoint"], "port": cluster["Port"], "password": "x"})
    own = kit.client("secretsmanager").create_secret(Name=unique("own"), SecretString=content)["Name"]
    assert "timeout expired" in failure(run(kit, READ, secret=own))


def test_connection_that_a_script_reads_names_the_cluster(kit: GlueKit, cluster: dict[str, Any]) -> None:
    url = f"jdbc:postgresql://{cluster['Endpoint']}:{cluster['Port']}/letrus"
    properties = {"JDBC_CONNECTION_URL": url, "USERNAME": "x", "PASSWORD": "y"}
    name = unique("jdbc")
    kit.glue.create_connection(
        ConnectionInput={"Name": name, "ConnectionType": "JDBC", "ConnectionProperties": properties}
    )
    assert "timeout expired" in failure(run(kit, READ_CONNECTION, name=name))


def test_group_of_the_cluster_must_admit_the_job(
    kit: GlueKit, rds: RdsKit, cluster: dict[str, Any], secret: str
) -> None:
    group = rds.ec2.create_security_group(GroupName=unique("job"), Description="tests", VpcId=rds.vpc)["GroupId"]
    network = Network(kit, rds.ec2, rds.vpc, rds.subnets[0], group)
    network.open_all_tcp()
    network.add_s3_endpoint(network.main_table())
    network.admit(group, 443)
    network.add_endpoint("secretsmanager", group)
    connection, arn = network.connection(), cluster["MasterUserSecret"]["SecretArn"]
    database = cluster["VpcSecurityGroups"][0]["VpcSecurityGroupId"]
    message = failure(run(kit, READ, connection, secret=arn))
    port = cluster["Port"]
    assert f"security group {database} (" in message
    assert (
        f") of cluster {cluster['DBClusterIdentifier']} has no inbound rule for TCP port {port} from {group} ("
        in message
    )
    network.admit(database, port)
    assert run(kit, READ, connection, secret=arn)["JobRunState"] == "SUCCEEDED"


def test_own_calls_of_the_user_are_not_judged(network: Network, secret: str) -> None:
    assert network.kit.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"] == "plain"
