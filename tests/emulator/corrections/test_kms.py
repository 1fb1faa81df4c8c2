"""AWS's own keys and aliases, and the settings of a key."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.kit.aws import refused, unique

pytestmark = pytest.mark.emulator


@pytest.fixture
def kms(environment: Any) -> Any:
    return environment.client("kms")


@pytest.fixture
def key(kms: Any) -> str:
    return str(kms.create_key()["KeyMetadata"]["KeyId"])


def aliases(kms: Any, **arguments: Any) -> dict[str, Any]:
    pages = kms.get_paginator("list_aliases").paginate(**arguments)
    return {one["AliasName"]: one for page in pages for one in page["Aliases"]}


@pytest.mark.parametrize("service", ["s3", "rds", "secretsmanager", "ebs", "sns", "glue"])
def test_aws_aliases_are_listed_and_name_a_key_of_aws(kms: Any, service: str) -> None:
    name = f"alias/aws/{service}"
    assert name in aliases(kms)
    described = kms.describe_key(KeyId=name)["KeyMetadata"]
    assert (described["KeyManager"], described["KeyState"]) == ("AWS", "Enabled")
    assert aliases(kms)[name]["TargetKeyId"] == described["KeyId"]
    assert list(aliases(kms, KeyId=described["KeyId"])) == [name]
    assert kms.get_key_rotation_status(KeyId=described["KeyId"])["KeyRotationEnabled"] is True


def test_aliases_come_in_pages(kms: Any, key: str) -> None:
    name = f"alias/{unique()}"
    kms.create_alias(AliasName=name, TargetKeyId=key)
    first = kms.list_aliases(Limit=3)
    assert (len(first["Aliases"]), first["Truncated"]) == (3, True)
    assert aliases(kms, PaginationConfig={"PageSize": 3}).keys() == aliases(kms).keys()
    assert aliases(kms)[name]["TargetKeyId"] == key


def test_nobody_changes_the_aliases_and_keys_of_aws(kms: Any, key: str) -> None:
    own = kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["KeyId"]
    for change in (kms.create_alias, kms.update_alias):
        for name in ("alias/aws/s3", "alias/aws/mine"):
            with refused("NotAuthorizedException"):
                change(AliasName=name, TargetKeyId=key)
        with refused("AccessDeniedException"):
            change(AliasName="alias/mine", TargetKeyId=own)
    with refused("NotAuthorizedException"):
        kms.delete_alias(AliasName="alias/aws/s3")
    changes: list[Callable[[], Any]] = [
        lambda: kms.schedule_key_deletion(KeyId=own),
        lambda: kms.disable_key(KeyId=own),
        lambda: kms.disable_key_rotation(KeyId=own),
        lambda: kms.enable_key_rotation(KeyId=own, RotationPeriodInDays=100),
        lambda: kms.update_key_description(KeyId=own, Description="mine"),
        lambda: kms.put_key_policy(KeyId=own, Policy="{}"),
        lambda: kms.tag_resource(KeyId=own, Tags=[{"TagKey": "a", "TagValue": "b"}]),
    ]
    for change_key in changes:
        with refused("AccessDeniedException"):
            change_key()
    assert kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["KeyId"] == own


def test_each_setting_of_a_key_is_kept(kms: Any, key: str) -> None:
    kms.update_key_description(KeyId=key, Description="new")
    kms.disable_key(KeyId=key)
    described = kms.describe_key(KeyId=key)["KeyMetadata"]
    assert (described["Description"], described["KeyState"], described["KeyManager"]) == ("new", "Disabled", "CUSTOMER")
    kms.enable_key(KeyId=key)
    for days in (365, 180):
        kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=days)
        status = kms.get_key_rotation_status(KeyId=key)
        assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, days)
        left = status["NextRotationDate"] - datetime.datetime.now(datetime.UTC)
        assert days - 1 <= round(left.total_seconds() / 86400) <= days
    kms.disable_key_rotation(KeyId=key)
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is False
    owner = {"AWS": "arn:aws:iam::000000000000:root"}
    statement = {"Effect": "Allow", "Principal": owner, "Action": "kms:*", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))
    assert json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]) == policy
    with refused("MalformedPolicyDocumentException"):
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy="no JSON")
    with refused("MalformedPolicyDocumentException"):
        kms.create_key(Policy="no JSON")
    name, other = f"alias/{unique()}", kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=name, TargetKeyId=key)
    kms.update_alias(AliasName=name, TargetKeyId=other)
    assert aliases(kms)[name]["TargetKeyId"] == other
