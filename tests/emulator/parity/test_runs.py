"""What a run's role may do: refused at its launch, in its script and in its log, and reported afterwards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.emulator.conftest import Environment
from tests.kit.glue import TRUST_GLUE, GlueKit
from tests.kit.glue_network import create_network
from tests.kit.identity import ACCOUNT, IdentityKit, allow

pytestmark = pytest.mark.emulator

READS_OTHER = """
import boto3
boto3.client("s3").get_object(Bucket="{bucket}", Key="other/o")
"""


@pytest.fixture(scope="module")
def glue(environment: Environment) -> GlueKit:
    return GlueKit(environment.client)


def job(
    glue: GlueKit, identity: IdentityKit, *rights: Mapping[str, Any], source: str = "print('done')", **more: Any
) -> str:
    """Returns a job whose role may read its script, and do what `rights` say."""
    reads = allow("s3:GetObject", on=f"arn:aws:s3:::{glue.bucket}/scripts/*")
    role = identity.role(reads, *rights, trust=TRUST_GLUE["Statement"][0])
    return glue.create_job(source, **{"Role": f"arn:aws:iam::{ACCOUNT}:role/{role}", **more})


def network(glue: GlueKit) -> str:
    """Returns a connection into a subnet from which a run may start."""
    made = create_network(glue)
    made.open_all_tcp()
    made.add_s3_endpoint(made.main_table())
    return made.connection()


def report(environment: Environment, run_id: str) -> dict[str, Any]:
    with urlopen(f"{environment.endpoint_url}/_emulator/parity?run_id={run_id}") as answer:  # noqa: S310
        found: dict[str, Any] = json.load(answer)
    return found


WRITES_LOGS = allow("logs:*")


def test_a_role_that_may_not_read_its_script_fails_to_launch(glue: GlueKit, identity: IdentityKit) -> None:
    role = identity.role(WRITES_LOGS, trust=TRUST_GLUE["Statement"][0])
    run = glue.finish(glue.create_job(Role=f"arn:aws:iam::{ACCOUNT}:role/{role}"))
    assert run["JobRunState"] == "FAILED"
    assert run["ErrorMessage"].startswith("LAUNCH ERROR | s3://")
    assert "is not authorized to perform: s3:GetObject on resource" in run["ErrorMessage"]


def test_a_script_gets_awss_answer_and_the_run_is_reported(
    glue: GlueKit, identity: IdentityKit, environment: Environment
) -> None:
    glue.client("s3").put_object(Bucket=glue.bucket, Key="other/o", Body=b"x")
    run = glue.finish(job(glue, identity, WRITES_LOGS, source=READS_OTHER.format(bucket=glue.bucket)))
    assert run["JobRunState"] == "FAILED"
    told = run["ErrorMessage"]
    assert told.startswith("ClientError: An error occurred (AccessDenied) when calling the GetObject operation: User: ")
    assert "Almost allowed by statement 'AllowGetObject' of inline policy rights" in told
    found = report(environment, run["Id"])
    refused = [each for each in found["decisions"] if each["outcome"] == "refused"]
    assert [(each["action"], each["resource"]) for each in refused] == [
        ("s3:GetObject", f"arn:aws:s3:::{glue.bucket}/other/o")
    ]
    script = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": [f"arn:aws:s3:::{glue.bucket}/scripts/*"]}
    assert script in found["least_policy"]["Statement"]
    with pytest.raises(HTTPError, match="404"):
        report(environment, "jr_none")


def test_a_role_that_may_not_write_logs_loses_them_and_not_the_run(glue: GlueKit, identity: IdentityKit) -> None:
    run = glue.finish(job(glue, identity, allow("logs:CreateLog*")))
    assert run["JobRunState"] == "SUCCEEDED"
    assert run["StateDetail"].startswith("The log has lost lines, because the role may not write it: User: ")


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("glue:GetConnection", "glue:GetConnection on resource: arn:aws:glue:us-east-1:000000000000:catalog"),
        ("ec2:DescribeSubnets", "ec2:DescribeSubnets"),
        ("ec2:CreateNetworkInterface", "network-interface/*"),
        ("ec2:CreateTags", "ec2:CreateTags"),
    ],
)
def test_a_role_needs_the_rights_that_glue_uses_for_a_connection(
    glue: GlueKit, identity: IdentityKit, missing: str, told: str
) -> None:
    connection = network(glue)
    rights = allow("glue:*", "ec2:*", "logs:*")
    name = job(
        glue, identity, rights, allow(missing, Effect="Deny", Sid="No"), Connections={"Connections": [connection]}
    )
    run = glue.finish(name)
    assert run["JobRunState"] == "FAILED"
    assert "failed to execute with exception" in run["ErrorMessage"]
    assert told in run["ErrorMessage"]
    assert "Change statement 'No' of inline policy rights" in run["ErrorMessage"]


def test_awss_own_policy_for_glue_is_enough_for_a_launch(glue: GlueKit, identity: IdentityKit) -> None:
    connection = network(glue)
    reads = allow("s3:GetObject", on=f"arn:aws:s3:::{glue.bucket}/*")
    role = identity.role(reads, trust=TRUST_GLUE["Statement"][0])
    identity.client("iam").attach_role_policy(
        RoleName=role, PolicyArn="arn:aws:iam::aws:policy/service-role/AWSGlueServiceRole"
    )
    name = glue.create_job(Role=f"arn:aws:iam::{ACCOUNT}:role/{role}", Connections={"Connections": [connection]})
    run = glue.finish(name)
    assert (run["JobRunState"], run.get("StateDetail")) == ("SUCCEEDED", None)
