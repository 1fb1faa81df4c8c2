"""A Firehose stream delivers records to S3. One that would deliver nothing, or something else, is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from scripts.base.waiting import NotReady, wait_for
from tests.emulator.conftest import Environment
from tests.kit.aws import refused, unique

pytestmark = pytest.mark.emulator

ROLE = "arn:aws:iam::000000000000:role/firehose"


@pytest.fixture
def bucket(environment: Environment) -> Iterator[str]:
    s3, name = environment.client("s3"), unique("firehose")
    s3.create_bucket(Bucket=name)
    yield name
    for entry in s3.list_objects_v2(Bucket=name).get("Contents", []):
        s3.delete_object(Bucket=name, Key=entry["Key"])
    s3.delete_bucket(Bucket=name)


def to_s3(bucket: str, **changes: Any) -> dict[str, Any]:
    return {"RoleARN": ROLE, "BucketARN": f"arn:aws:s3:::{bucket}", **changes}


def test_records_arrive_in_s3(environment: Environment, bucket: str) -> None:
    firehose, s3, name = environment.client("firehose"), environment.client("s3"), unique("stream")
    firehose.create_delivery_stream(DeliveryStreamName=name, ExtendedS3DestinationConfiguration=to_s3(bucket))
    firehose.put_record(DeliveryStreamName=name, Record={"Data": b"hello"})

    def arrived() -> bytes:
        for entry in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
            return bytes(s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read())
        raise NotReady("nothing yet")

    assert wait_for("the record", arrived, seconds=30, remedy="see LocalStack's log") == b"hello"
    firehose.delete_delivery_stream(DeliveryStreamName=name)


@pytest.mark.parametrize(
    "change",
    [
        {"CompressionFormat": "GZIP"},
        {"ProcessingConfiguration": {"Enabled": True, "Processors": [{"Type": "AppendDelimiterToRecord"}]}},
        {"DataFormatConversionConfiguration": {"Enabled": True}},
        {"DynamicPartitioningConfiguration": {"Enabled": True}},
    ],
)
def test_what_would_be_left_out_is_refused(environment: Environment, bucket: str, change: dict[str, Any]) -> None:
    with refused("NotSupportedByEmulator", "It would not deliver as on AWS."):
        environment.client("firehose").create_delivery_stream(
            DeliveryStreamName=unique("stream"), ExtendedS3DestinationConfiguration=to_s3(bucket, **change)
        )


def test_sources_and_destinations_that_nobody_serves_are_refused(environment: Environment, bucket: str) -> None:
    firehose = environment.client("firehose")
    with refused("NotSupportedByEmulator", "KinesisStreamAsSource"):
        firehose.create_delivery_stream(
            DeliveryStreamName=unique("stream"),
            DeliveryStreamType="KinesisStreamAsSource",
            KinesisStreamSourceConfiguration={
                "KinesisStreamARN": "arn:aws:kinesis:us-east-1:000000000000:stream/s",
                "RoleARN": ROLE,
            },
            ExtendedS3DestinationConfiguration=to_s3(bucket),
        )
    with refused("NotSupportedByEmulator", "the destination splunk"):
        firehose.create_delivery_stream(
            DeliveryStreamName=unique("stream"),
            SplunkDestinationConfiguration={
                "HECEndpoint": "https://splunk.example",
                "HECEndpointType": "Raw",
                "HECToken": "t",
                "S3Configuration": to_s3(bucket),
            },
        )


@pytest.mark.parametrize(
    ("protocol", "endpoint"),
    [("lambda", "arn:aws:lambda:us-east-1:000000000000:function:f"), ("sms", "+5511999999999")],
)
def test_a_subscription_that_nobody_serves_is_refused(environment: Environment, protocol: str, endpoint: str) -> None:
    sns = environment.client("sns")
    topic = sns.create_topic(Name=unique("topic"))["TopicArn"]
    with refused("NotSupportedByEmulator", f"protocol {protocol}"):
        sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint)
    assert sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []
    sns.delete_topic(TopicArn=topic)
