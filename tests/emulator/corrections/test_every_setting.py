"""Each setting of the other resource types of a Terraform root is read back as it was written.

A value that a service acknowledges and does not return is worse than a refusal.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from tests.kit.aws import unique

pytestmark = pytest.mark.emulator

QUEUE = "arn:aws:sqs:us-east-1:000000000000:queue"
TOPIC = "arn:aws:sns:us-east-1:000000000000:topic"
ROLE = "arn:aws:iam::000000000000:role/role"


class Settings:
    """Changes settings, reads them back, and remembers those that are not what was written."""

    def __init__(self) -> None:
        self.lost: list[str] = []

    def check(self, name: str, change: Callable[[], Any], read: Callable[[], Any], written: Any) -> None:
        change()
        found = read()
        if found != written:
            self.lost.append(f"{name}: wrote {written!r}, read {found!r}")


def _member(read: Callable[[], Any], name: str) -> Any:
    return read().get(name)


@pytest.fixture
def settings() -> Iterator[Settings]:
    kept = Settings()
    yield kept
    assert kept.lost == []


def test_bucket(environment: Any, settings: Settings) -> None:
    s3, bucket = environment.client("s3"), unique()
    s3.create_bucket(Bucket=bucket)
    key = environment.client("kms").create_key()["KeyMetadata"]["Arn"]
    encryption = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    rule = {
        "ID": "all",
        "Status": "Enabled",
        "Filter": {"Prefix": "a/"},
        "Expiration": {"Days": 9},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 2, "NewerNoncurrentVersions": 3},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    }
    allow = {
        "Effect": "Allow",
        "Principal": {"AWS": "000000000000"},
        "Action": "s3:*",
        "Resource": f"arn:aws:s3:::{bucket}",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    for name, member, value in (
        (
            "bucket_encryption",
            "ServerSideEncryptionConfiguration",
            {"Rules": [{**encryption, "BucketKeyEnabled": True}]},
        ),
        (
            "bucket_encryption",
            "ServerSideEncryptionConfiguration",
            {"Rules": [{**encryption, "BucketKeyEnabled": False}]},
        ),
        ("bucket_ownership_controls", "OwnershipControls", {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}),
        (
            "public_access_block",
            "PublicAccessBlockConfiguration",
            {
                "BlockPublicAcls": False,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": False,
                "RestrictPublicBuckets": True,
            },
        ),
        ("bucket_policy", "Policy", policy),
    ):
        settings.check(
            name,
            partial(getattr(s3, f"put_{name}"), Bucket=bucket, **{member: value}),
            partial(_member, partial(getattr(s3, f"get_{name}"), Bucket=bucket), member),
            value,
        )
    settings.check(
        "lifecycle",
        lambda: s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]}),
        lambda: s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"],
        [rule],
    )
    tags = [{"Key": "a", "Value": "b"}]
    settings.check(
        "tags",
        lambda: s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags}),
        lambda: s3.get_bucket_tagging(Bucket=bucket)["TagSet"],
        tags,
    )


def test_vpc(environment: Any, settings: Settings) -> None:
    ec2 = environment.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.44.0.0/16")["Vpc"]["VpcId"]
    for name in ("EnableDnsHostnames", "EnableDnsSupport", "EnableNetworkAddressUsageMetrics"):
        for value in (True, False):
            settings.check(
                name,
                partial(ec2.modify_vpc_attribute, VpcId=vpc, **{name: {"Value": value}}),
                partial(
                    _member, partial(ec2.describe_vpc_attribute, VpcId=vpc, Attribute=name[0].lower() + name[1:]), name
                ),
                {"Value": value},
            )


def test_log_group(environment: Any, settings: Settings) -> None:
    logs, name = environment.client("logs"), unique("/group")
    logs.create_log_group(logGroupName=name)

    def read() -> Any:
        return logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0].get("retentionInDays")

    settings.check("retention", lambda: logs.put_retention_policy(logGroupName=name, retentionInDays=7), read, 7)
    settings.check("no retention", lambda: logs.delete_retention_policy(logGroupName=name), read, None)


def test_alarm_and_dashboard(environment: Any, settings: Settings) -> None:
    cloudwatch, name = environment.client("cloudwatch"), unique("alarm")
    values: dict[str, Any] = {
        "Namespace": "N",
        "MetricName": "m",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    for member, value in {
        "AlarmDescription": "d",
        "ActionsEnabled": False,
        "OKActions": [TOPIC],
        "AlarmActions": [TOPIC],
        "InsufficientDataActions": [TOPIC],
        "Statistic": "Average",
        "Dimensions": [{"Name": "a", "Value": "b"}],
        "Period": 120,
        "Unit": "Count",
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 2,
        "Threshold": 5.0,
        "ComparisonOperator": "LessThanThreshold",
        "TreatMissingData": "breaching",
    }.items():
        values[member] = value
        settings.check(
            member,
            partial(cloudwatch.put_metric_alarm, AlarmName=name, **values),
            partial(_member, lambda: cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0], member),
            value,
        )
    for text in ("one", "two"):
        widget = {"type": "text", "width": 1, "height": 1, "properties": {"markdown": text}}
        body = {"widgets": [widget]}
        settings.check(
            "dashboard",
            partial(cloudwatch.put_dashboard, DashboardName=name, DashboardBody=json.dumps(body)),
            lambda: json.loads(cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"]),
            body,
        )


def test_event_rule_and_target(environment: Any, settings: Settings) -> None:
    events, name = environment.client("events"), unique("rule")
    for source, state in (("a", "ENABLED"), ("b", "DISABLED")):
        rule = {"EventPattern": json.dumps({"source": [source]}), "State": state, "Description": source}
        settings.check(
            "rule",
            partial(events.put_rule, Name=name, **rule),
            lambda: {key: events.describe_rule(Name=name)[key] for key in ("EventPattern", "State", "Description")},
            rule,
        )
    for target in (
        {"Id": "1", "Arn": TOPIC, "InputTransformer": {"InputPathsMap": {"a": "$.detail"}, "InputTemplate": '"<a>"'}},
        {"Id": "1", "Arn": TOPIC, "Input": "{}", "DeadLetterConfig": {"Arn": QUEUE}, "RoleArn": ROLE},
    ):
        settings.check(
            "target",
            partial(events.put_targets, Rule=name, Targets=[target]),
            lambda: events.list_targets_by_rule(Rule=name)["Targets"],
            [target],
        )


def test_secret(environment: Any, settings: Settings) -> None:
    secrets, name = environment.client("secretsmanager"), unique("secret")
    secrets.create_secret(Name=name, SecretString="first")
    key = environment.client("kms").create_key()["KeyMetadata"]["Arn"]

    def read() -> Any:
        described = secrets.describe_secret(SecretId=name)
        value = secrets.get_secret_value(SecretId=name)["SecretString"]
        return described.get("Description"), described.get("KmsKeyId"), value

    settings.check("key", lambda: secrets.update_secret(SecretId=name, KmsKeyId=key), read, (None, key, "first"))
    settings.check("text", lambda: secrets.update_secret(SecretId=name, Description="d"), read, ("d", key, "first"))
    settings.check("value", lambda: secrets.update_secret(SecretId=name, SecretString="two"), read, ("d", key, "two"))
    policy = {"Version": "2012-10-17", "Statement": []}
    settings.check(
        "policy",
        lambda: secrets.put_resource_policy(SecretId=name, ResourcePolicy=json.dumps(policy)),
        lambda: json.loads(secrets.get_resource_policy(SecretId=name)["ResourcePolicy"]),
        policy,
    )
