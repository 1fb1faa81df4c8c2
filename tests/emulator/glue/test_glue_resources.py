"""Connections, security configurations and tags."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.kit.aws import refused, unique
from tests.kit.glue import GlueKit

pytestmark = pytest.mark.emulator

NETWORK = {
    "ConnectionType": "NETWORK",
    "ConnectionProperties": {},
    "PhysicalConnectionRequirements": {
        "SubnetId": "subnet-1",
        "SecurityGroupIdList": ["sg-1"],
        "AvailabilityZone": "us-east-1a",
    },
}
JDBC = {
    "ConnectionType": "JDBC",
    "ConnectionProperties": {"JDBC_CONNECTION_URL": "jdbc:postgresql://h:5432/d", "USERNAME": "u", "PASSWORD": "p"},
}


@pytest.fixture(scope="module")
def kit(environment: Any) -> GlueKit:
    return GlueKit(environment.client)


def test_connection_lives_from_create_to_delete(kit: GlueKit) -> None:
    name = unique("connection")
    created = kit.glue.create_connection(ConnectionInput={"Name": name, "Description": "one", **NETWORK})
    assert created["CreateConnectionStatus"] == "READY"
    connection = kit.glue.get_connection(Name=name)["Connection"]
    assert {key: connection[key] for key in NETWORK} == NETWORK
    assert (connection["Description"], connection["Status"]) == ("one", "READY")
    with refused("AlreadyExistsException", name):
        kit.glue.create_connection(ConnectionInput={"Name": name, **NETWORK})
    kit.glue.update_connection(Name=name, ConnectionInput={"Name": name, "MatchCriteria": ["m"], **NETWORK})
    updated = kit.glue.get_connection(Name=name)["Connection"]
    assert "Description" not in updated
    assert updated["MatchCriteria"] == ["m"]
    assert updated["CreationTime"] == connection["CreationTime"] < updated["LastUpdatedTime"]
    kit.glue.delete_connection(ConnectionName=name)
    calls: list[Callable[[], Any]] = [
        lambda: kit.glue.get_connection(Name=name),
        lambda: kit.glue.delete_connection(ConnectionName=name),
        lambda: kit.glue.update_connection(Name=name, ConnectionInput={"Name": name, **NETWORK}),
    ]
    for call in calls:
        with refused("EntityNotFoundException", f"Connection {name} not found."):
            call()


def test_password_is_hidden_when_asked(kit: GlueKit) -> None:
    name = unique("connection")
    kit.glue.create_connection(ConnectionInput={"Name": name, **JDBC})
    shown = kit.glue.get_connection(Name=name)["Connection"]["ConnectionProperties"]
    hidden = kit.glue.get_connection(Name=name, HidePassword=True)["Connection"]["ConnectionProperties"]
    assert shown == JDBC["ConnectionProperties"]
    assert hidden.keys() == shown.keys() - {"PASSWORD"}
    listed = kit.glue.get_connections(Filter={"ConnectionType": "JDBC"}, HidePassword=True)["ConnectionList"]
    assert name in [each["Name"] for each in listed]
    assert {each["ConnectionType"] for each in listed} == {"JDBC"}
    assert not any("PASSWORD" in each["ConnectionProperties"] for each in listed)


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ({**NETWORK, "PhysicalConnectionRequirements": {}}, "needs PhysicalConnectionRequirements"),
        ({"ConnectionType": "JDBC", "ConnectionProperties": {"USERNAME": "u", "PASSWORD": "p"}}, "JDBC_CONNECTION_URL"),
        ({"ConnectionType": "JDBC", "ConnectionProperties": {"JDBC_CONNECTION_URL": "jdbc:x"}}, "SECRET_ID"),
        ({"ConnectionType": "SALESFORCE", "ConnectionProperties": {}}, "SALESFORCE is not supported by this emulator"),
    ],
)
def test_connection_is_refused(kit: GlueKit, definition: dict[str, Any], message: str) -> None:
    with refused("InvalidInputException", message):
        kit.glue.create_connection(ConnectionInput={"Name": unique("connection"), **definition})


def test_security_configuration_lives_from_create_to_delete(kit: GlueKit) -> None:
    name = unique("security")
    encryption = {
        "S3Encryption": [{"S3EncryptionMode": "SSE-KMS", "KmsKeyArn": KEY}],
        "CloudWatchEncryption": {"CloudWatchEncryptionMode": "DISABLED"},
        "JobBookmarksEncryption": {"JobBookmarksEncryptionMode": "DISABLED"},
    }
    created = kit.glue.create_security_configuration(Name=name, EncryptionConfiguration=encryption)
    found = kit.glue.get_security_configuration(Name=name)["SecurityConfiguration"]
    assert (found["Name"], found["EncryptionConfiguration"]) == (name, encryption)
    assert found["CreatedTimeStamp"] == created["CreatedTimestamp"]
    with refused("AlreadyExistsException", name):
        kit.glue.create_security_configuration(Name=name, EncryptionConfiguration=encryption)
    assert name in [
        each["Name"]
        for page in kit.glue.get_paginator("get_security_configurations").paginate()
        for each in page["SecurityConfigurations"]
    ]
    kit.glue.delete_security_configuration(Name=name)
    with refused("EntityNotFoundException", name):
        kit.glue.get_security_configuration(Name=name)
    with refused("EntityNotFoundException", name):
        kit.glue.delete_security_configuration(Name=name)


KEY = "arn:aws:kms:us-east-1:000000000000:key/k"


@pytest.mark.parametrize(
    ("name", "mode", "sentence"),
    [
        ("S3Encryption", "SSE-KMS", "kmsKeyArn can not be empty for s3EncryptionMode SSE_KMS"),
        ("CloudWatchEncryption", "SSE-KMS", "kmsKeyArn can not be empty for cloudWatchEncryptionMode SSE_KMS"),
        ("JobBookmarksEncryption", "CSE-KMS", "kmsKeyArn can only be empty for jobBookmarksEncryptionMode CSE_KMS"),
    ],
)
def test_a_security_configuration_with_kms_names_its_key(kit: GlueKit, name: str, mode: str, sentence: str) -> None:
    def make(**settings: str) -> None:
        given: Any = {f"{name}Mode": mode, **settings}
        encryption = {name: [given] if name == "S3Encryption" else given}
        kit.glue.create_security_configuration(Name=unique("security"), EncryptionConfiguration=encryption)

    with refused("InvalidInputException", sentence):
        make()
    make(KmsKeyArn=KEY)


def create_tagged(kit: GlueKit, kind: str, tags: dict[str, str]) -> str:
    """Returns the ARN of a new resource."""
    name = unique(kind)
    if kind == "job":
        kit.glue.create_job(Name=name, Tags=tags, **kit.definition())
    elif kind == "connection":
        kit.glue.create_connection(ConnectionInput={"Name": name, **NETWORK}, Tags=tags)
    else:
        actions = [{"JobName": kit.create_job()}]
        kit.glue.create_trigger(Name=name, Type="ON_DEMAND", Actions=actions, Tags=tags)
    return f"arn:aws:glue:us-east-1:000000000000:{kind}/{name}"


@pytest.mark.parametrize("kind", ["job", "connection", "trigger"])
def test_tags_change_by_arn(kit: GlueKit, kind: str) -> None:
    arn = create_tagged(kit, kind, {"a": "1", "b": "2"})
    kit.glue.tag_resource(ResourceArn=arn, TagsToAdd={"b": "3", "c": "4"})
    kit.glue.untag_resource(ResourceArn=arn, TagsToRemove=["a", "absent"])
    assert kit.glue.get_tags(ResourceArn=arn)["Tags"] == {"b": "3", "c": "4"}


def test_tags_of_a_deleted_job_do_not_come_back(kit: GlueKit) -> None:
    arn = create_tagged(kit, "job", {"a": "1"})
    name = arn.rsplit("/", 1)[1]
    kit.glue.delete_job(JobName=name)
    with refused("EntityNotFoundException", arn):
        kit.glue.get_tags(ResourceArn=arn)
    kit.glue.create_job(Name=name, **kit.definition())
    assert kit.glue.get_tags(ResourceArn=arn)["Tags"] == {}


def test_tags_are_refused(kit: GlueKit) -> None:
    arn = create_tagged(kit, "job", {})
    with refused("InvalidInputException", "aws:"):
        kit.glue.tag_resource(ResourceArn=arn, TagsToAdd={"aws:x": "1"})
    kit.glue.tag_resource(ResourceArn=arn, TagsToAdd={f"k{number}": "v" for number in range(50)})
    with refused("InvalidInputException", "50"):
        kit.glue.tag_resource(ResourceArn=arn, TagsToAdd={"one-more": "v"})
    with refused("InvalidInputException", "crawler is not supported"):
        kit.glue.get_tags(ResourceArn="arn:aws:glue:us-east-1:000000000000:crawler/c")


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("get_databases", {}),
        ("create_crawler", {"Name": "c", "Role": "r", "Targets": {}}),
        ("create_workflow", {"Name": "w"}),
        ("start_crawler", {"Name": "c"}),
    ],
)
def test_other_operations_say_that_they_are_not_supported(
    kit: GlueKit, operation: str, parameters: dict[str, Any]
) -> None:
    with pytest.raises(kit.glue.exceptions.ClientError) as caught:
        getattr(kit.glue, operation)(**parameters)
    answer = caught.value.response
    assert "is not supported by this emulator" in answer["Error"]["Message"]
    assert "glue:" + operation.title().replace("_", "") in answer["Error"]["Message"]
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert answer["ResponseMetadata"]["RetryAttempts"] == 0
