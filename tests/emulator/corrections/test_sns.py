"""A topic keeps each of its attributes and refuses others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.kit.aws import refused, unique

pytestmark = pytest.mark.emulator

ROLE = "arn:aws:iam::000000000000:role/feedback"
RETRIES = {"http": {"defaultHealthyRetryPolicy": {"numRetries": 5, "minDelayTarget": 20, "maxDelayTarget": 20}}}
ATTRIBUTES = {
    "DisplayName": "name",
    "KmsMasterKeyId": "alias/aws/sns",
    "SignatureVersion": "2",
    "TracingConfig": "Active",
    "DeliveryPolicy": json.dumps(RETRIES),
    "HTTPSuccessFeedbackRoleArn": ROLE,
    "SQSSuccessFeedbackSampleRate": "50",
    "SQSFailureFeedbackRoleArn": ROLE,
    "LambdaFailureFeedbackRoleArn": ROLE,
    "ApplicationSuccessFeedbackSampleRate": "10",
}


@pytest.fixture
def sns(environment: Any) -> Any:
    return environment.client("sns")


def read(sns: Any, topic: str) -> dict[str, str]:
    attributes: dict[str, str] = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    return {name: attributes[name] for name in ATTRIBUTES if name in attributes}


def test_each_attribute_of_a_topic_is_kept(sns: Any) -> None:
    topic = sns.create_topic(Name=unique())["TopicArn"]
    for name, value in ATTRIBUTES.items():
        sns.set_topic_attributes(TopicArn=topic, AttributeName=name, AttributeValue=value)
    assert read(sns, topic) == ATTRIBUTES
    sns.set_topic_attributes(TopicArn=topic, AttributeName="SQSFailureFeedbackRoleArn", AttributeValue="")
    assert "SQSFailureFeedbackRoleArn" not in read(sns, topic)


def test_a_topic_is_made_with_its_attributes(sns: Any) -> None:
    assert read(sns, sns.create_topic(Name=unique(), Attributes=ATTRIBUTES)["TopicArn"]) == ATTRIBUTES


def test_what_is_no_attribute_or_no_document_is_refused(sns: Any) -> None:
    topic = sns.create_topic(Name=unique())["TopicArn"]
    for name, value in (("Nonsense", "x"), ("FifoTopic", "true"), ("Policy", "no JSON")):
        with refused("InvalidParameter", "Invalid parameter"):
            sns.set_topic_attributes(TopicArn=topic, AttributeName=name, AttributeValue=value)
    with refused("InvalidParameter"):
        sns.create_topic(Name=unique(), Attributes={"Nonsense": "x"})


def test_a_mail_address_waits_for_its_confirmation(sns: Any) -> None:
    topic = sns.create_topic(Name=unique())["TopicArn"]
    subscribed = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="someone@example.org")
    assert subscribed["SubscriptionArn"] == "pending confirmation"
    known = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="other@example.org", ReturnSubscriptionArn=True)[
        "SubscriptionArn"
    ]
    assert sns.get_subscription_attributes(SubscriptionArn=known)["Attributes"]["PendingConfirmation"] == "true"
    with refused("InvalidParameter"):
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="example.org")
