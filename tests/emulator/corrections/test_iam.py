"""Roles and policies keep what a change leaves alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.kit.aws import refused, unique

pytestmark = pytest.mark.emulator

ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


def trust(service: str) -> dict[str, Any]:
    principal = {"Service": f"{service}.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def test_a_role_changes_in_what_the_request_names(environment: Any) -> None:
    iam, name = environment.client("iam"), unique("role")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust("glue")), MaxSessionDuration=7200)

    def read() -> Any:
        role = iam.get_role(RoleName=name)["Role"]
        return role.get("Description"), role["MaxSessionDuration"]

    iam.update_role(RoleName=name, Description="first")
    assert read() == ("first", 7200)
    iam.update_role(RoleName=name, MaxSessionDuration=10800)
    assert read() == ("first", 10800)
    iam.update_role(RoleName=name)
    assert read() == ("first", 10800)
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust("ec2")))
    assert iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"] == trust("ec2")
    with refused("NoSuchEntity"):
        iam.update_role(RoleName=unique("role"), Description="x")


def test_a_policy_in_use_is_not_deleted_and_a_boundary_exists(environment: Any) -> None:
    iam, name = environment.client("iam"), unique("role")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust("glue")))
    policy = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(ALLOW))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=name, PolicyArn=policy)
    with refused("NoSuchEntity", "Scope ARN"):
        iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=f"{policy}-missing")
    iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=policy)
    assert iam.get_role(RoleName=name)["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == policy
    with pytest.raises(iam.exceptions.DeleteConflictException):
        iam.delete_policy(PolicyArn=policy)
    iam.detach_role_policy(RoleName=name, PolicyArn=policy)
    iam.delete_policy(PolicyArn=policy)
