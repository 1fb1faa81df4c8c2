"""Which action on which resource the calls of Terraform need. A session without rights is told."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.kit.identity import ACCOUNT, IdentityKit, Session, allow

pytestmark = pytest.mark.emulator

HERE = f"us-east-1:{ACCOUNT}"
TAGS = [{"Key": "Project", "Value": "letrus-de-case"}]


@pytest.fixture(scope="module")
def nobody(identity: IdentityKit) -> Session:
    return identity.session()


@pytest.mark.parametrize(
    ("service", "method", "parameters", "code", "action", "resource"),
    [
        ("ec2", "describe_vpcs", {}, "UnauthorizedOperation", "ec2:DescribeVpcs", "*"),
        (
            "ec2",
            "create_subnet",
            {"VpcId": "vpc-12345678", "CidrBlock": "10.0.0.0/24"},
            "UnauthorizedOperation",
            "ec2:CreateSubnet",
            f"arn:aws:ec2:{HERE}:subnet/*",
        ),
        (
            "ec2",
            "delete_security_group",
            {"GroupId": "sg-12345678"},
            "UnauthorizedOperation",
            "ec2:DeleteSecurityGroup",
            f"arn:aws:ec2:{HERE}:security-group/sg-12345678",
        ),
        (
            "rds",
            "modify_db_cluster",
            {"DBClusterIdentifier": "Aurora"},
            "AccessDenied",
            "rds:ModifyDBCluster",
            f"arn:aws:rds:{HERE}:cluster:aurora",
        ),
        (
            "iam",
            "put_role_policy",
            {"RoleName": "none", "PolicyName": "p", "PolicyDocument": "{}"},
            "AccessDenied",
            "iam:PutRolePolicy",
            "role none",
        ),
        ("sns", "create_topic", {"Name": "t"}, "AuthorizationError", "sns:CreateTopic", f"arn:aws:sns:{HERE}:t"),
        (
            "events",
            "put_rule",
            {"Name": "r", "EventPattern": "{}"},
            "AccessDeniedException",
            "events:PutRule",
            f"arn:aws:events:{HERE}:rule/r",
        ),
        (
            "cloudwatch",
            "delete_alarms",
            {"AlarmNames": ["a"]},
            "AccessDenied",
            "cloudwatch:DeleteAlarms",
            f"arn:aws:cloudwatch:{HERE}:alarm:a",
        ),
        (
            "budgets",
            "describe_budget",
            {"AccountId": ACCOUNT, "BudgetName": "b"},
            "AccessDeniedException",
            "budgets:ViewBudget",
            f"arn:aws:budgets::{ACCOUNT}:budget/b",
        ),
        ("s3", "create_bucket", {"Bucket": "no-such"}, "AccessDenied", "s3:CreateBucket", '"arn:aws:s3:::no-such"'),
        ("kms", "create_key", {}, "AccessDeniedException", "kms:CreateKey", "*"),
        (
            "glue",
            "get_trigger",
            {"Name": "t"},
            "AccessDeniedException",
            "glue:GetTrigger",
            f"arn:aws:glue:{HERE}:trigger/t",
        ),
        (
            "logs",
            "describe_log_groups",
            {},
            "AccessDeniedException",
            "logs:DescribeLogGroups",
            f"arn:aws:logs:{HERE}:log-group::log-stream:",
        ),
    ],
)
def test_a_refusal_names_action_and_resource(
    nobody: Session, service: str, method: str, parameters: dict[str, Any], code: str, action: str, resource: str
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(nobody.client(service), method)(**parameters)
    error = caught.value.response["Error"]
    assert error["Code"] == code
    assert f"{nobody.arn} is not authorized to perform: {action} on resource: {resource} because" in error["Message"]


@pytest.mark.parametrize(
    ("service", "method", "parameters", "tagging"),
    [
        ("ec2", "create_vpc", {"CidrBlock": "10.0.0.0/16"}, "ec2:CreateTags"),
        ("sns", "create_topic", {"Name": "tagged", "Tags": TAGS}, "sns:TagResource"),
        ("kms", "create_key", {"Tags": [{"TagKey": "Project", "TagValue": "p"}]}, "kms:TagResource"),
        (
            "iam",
            "create_role",
            {"RoleName": "tagged", "AssumeRolePolicyDocument": "{}", "Tags": TAGS},
            "iam:TagRole",
        ),
    ],
)
def test_a_tagged_resource_needs_the_right_to_tag(
    identity: IdentityKit, service: str, method: str, parameters: dict[str, Any], tagging: str
) -> None:
    if service == "ec2":
        parameters = {**parameters, "TagSpecifications": [{"ResourceType": "vpc", "Tags": TAGS}]}
    makes = {"ec2": "CreateVpc", "sns": "CreateTopic", "kms": "CreateKey", "iam": "CreateRole"}[service]
    client = identity.session(allow(f"{service}:{makes}")).client(service)
    with pytest.raises(ClientError, match=f"not authorized to perform: {tagging} on"):
        getattr(client, method)(**parameters)


def test_a_condition_on_the_tags_of_the_request_is_judged(identity: IdentityKit) -> None:
    only = {"StringEquals": {"aws:RequestTag/Project": "letrus-de-case"}}
    ec2 = identity.session(allow("ec2:CreateVpc", "ec2:CreateTags", Condition=only)).client("ec2")
    with pytest.raises(ClientError, match="its condition does not hold: StringEquals aws:RequestTag/Project"):
        ec2.create_vpc(CidrBlock="10.0.0.0/16")
    made = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": TAGS}])
    identity.client("ec2").delete_vpc(VpcId=made["Vpc"]["VpcId"])


def test_a_cluster_needs_rights_to_its_key_and_its_secret(identity: IdentityKit) -> None:
    key = identity.key()
    cluster = {
        "DBClusterIdentifier": "refused",
        "Engine": "aurora-postgresql",
        "MasterUsername": "letrus",
        "ManageMasterUserPassword": True,
        "StorageEncrypted": True,
        "KmsKeyId": key,
    }
    without_key = identity.session(allow("rds:*")).client("rds")
    with pytest.raises(ClientError, match="not authorized to perform: kms:DescribeKey on resource"):
        without_key.create_db_cluster(**cluster)
    without_secret = identity.session(allow("rds:*", "kms:*")).client("rds")
    with pytest.raises(ClientError, match="not authorized to perform: secretsmanager:CreateSecret on resource"):
        without_secret.create_db_cluster(**cluster)
