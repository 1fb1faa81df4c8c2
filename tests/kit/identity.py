"""Makes roles, users and keys with policies, and clients that use their credentials."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import boto3

from tests.kit.aws import unique

ACCOUNT = "000000000000"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
TRUST_ACCOUNT = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sts:AssumeRole"}
KEY_OF_THE_ACCOUNT = {
    "Sid": "Account",
    "Effect": "Allow",
    "Principal": {"AWS": ROOT},
    "Action": "kms:*",
    "Resource": "*",
}


def document(*statements: Mapping[str, Any]) -> str:
    """Returns a policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str, on: str | list[str] = "*", **parts: Any) -> dict[str, Any]:
    """Returns a statement that allows actions. Its Sid is made of them."""
    return {"Sid": "Allow" + _sid(actions), "Effect": "Allow", "Action": list(actions), "Resource": on, **parts}


def deny(*actions: str, on: str | list[str] = "*", **parts: Any) -> dict[str, Any]:
    """Returns a statement that denies actions."""
    return allow(*actions, on=on, **{"Sid": "Deny" + _sid(actions), "Effect": "Deny", **parts})


def _sid(actions: Sequence[str]) -> str:
    return "".join(re.sub(r"[^A-Za-z]", "", action.rpartition(":")[2]) for action in actions)


class Session:
    """The credentials of a role or a user."""

    def __init__(self, endpoint: str, keys: Mapping[str, str], arn: str) -> None:
        self._endpoint = endpoint
        self._keys = keys
        self.arn = arn

    def client(self, service: str, **options: Any) -> Any:
        """Returns a client with these credentials."""
        # boto3-stubs knows names of services as literals only.
        make: Callable[..., Any] = boto3.client
        return make(
            service,
            endpoint_url=self._endpoint,
            region_name="us-east-1",
            aws_access_key_id=self._keys["AccessKeyId"],
            aws_secret_access_key=self._keys["SecretAccessKey"],
            aws_session_token=self._keys.get("SessionToken"),
            **options,
        )


class IdentityKit:
    """Makes principals and what they ask for in one LocalStack."""

    def __init__(self, client: Callable[[str], Any], endpoint: str) -> None:
        self.client = client
        self._endpoint = endpoint

    def role(self, *statements: Mapping[str, Any], trust: Mapping[str, Any] = TRUST_ACCOUNT, **options: Any) -> str:
        """Returns the name of a new role with an inline policy `rights` of these statements."""
        iam, name = self.client("iam"), unique("role")
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust), **options)
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=document(*statements))
        return name

    def assume(self, role: str, **options: Any) -> Session:
        """Returns a session of a role. The administrator, who is not judged, assumes it."""
        arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
        answer = self.client("sts").assume_role(RoleArn=arn, RoleSessionName="test", **options)
        return Session(self._endpoint, answer["Credentials"], answer["AssumedRoleUser"]["Arn"])

    def session(self, *statements: Mapping[str, Any], **options: Any) -> Session:
        """Returns a session of a new role with these statements."""
        return self.assume(self.role(*statements), **options)

    def user(self, *statements: Mapping[str, Any]) -> Session:
        """Returns the access key of a new user with these statements."""
        iam, name = self.client("iam"), unique("user")
        arn = iam.create_user(UserName=name)["User"]["Arn"]
        if statements:
            iam.put_user_policy(UserName=name, PolicyName="rights", PolicyDocument=document(*statements))
        return Session(self._endpoint, iam.create_access_key(UserName=name)["AccessKey"], arn)

    def bucket(self, key: str = "", bucket_key: bool = False, **objects: bytes) -> str:
        """Returns the name of a new bucket, encrypted with a KMS key if one is given, and with objects."""
        s3, name = self.client("s3"), unique("bucket")
        s3.create_bucket(Bucket=name)
        if key:
            by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
            rule = {"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": bucket_key}
            s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [rule]})
        for path, body in objects.items():
            s3.put_object(Bucket=name, Key=path, Body=body)
        return name

    def key(self, *statements: Mapping[str, Any]) -> str:
        """Returns the ARN of a new key, whose policy has these statements, or by default lets the account decide."""
        policy = {"Policy": document(*statements), "BypassPolicyLockoutSafetyCheck": True} if statements else {}
        return str(self.client("kms").create_key(**policy)["KeyMetadata"]["Arn"])
