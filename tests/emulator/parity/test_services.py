"""What AWS's services need of the policies of keys and topics, whoever causes their calls."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scripts.base.waiting import NotReady, wait_for
from tests.emulator.conftest import Environment
from tests.kit.aws import refused, unique
from tests.kit.identity import ACCOUNT, KEY_OF_THE_ACCOUNT, IdentityKit, allow, document

pytestmark = pytest.mark.emulator

LOGS: dict[str, Any] = {"Principal": {"Service": "logs.us-east-1.amazonaws.com"}}
EVENTS: dict[str, Any] = {"Principal": {"Service": "events.amazonaws.com"}}
LOCKED = "The new key policy will not allow you to update the key policy in the future."


@pytest.mark.parametrize(
    "statements",
    [
        [allow("kms:*", **LOGS)],
        [{**KEY_OF_THE_ACCOUNT, "Action": ["kms:Decrypt", "kms:Describe*"]}],
        [KEY_OF_THE_ACCOUNT, allow("kms:PutKeyPolicy", Effect="Deny", Principal="*")],
    ],
)
def test_a_key_policy_that_locks_everybody_out_is_refused(identity: IdentityKit, statements: list[Any]) -> None:
    kms, policy = identity.client("kms"), document(*statements)
    with refused("MalformedPolicyDocumentException", LOCKED):
        kms.create_key(Policy=policy)
    key = identity.key()
    with refused("MalformedPolicyDocumentException", LOCKED):
        kms.put_key_policy(KeyId=key, Policy=policy)
    kms.put_key_policy(KeyId=key, Policy=policy, BypassPolicyLockoutSafetyCheck=True)


def test_a_key_policy_may_leave_the_account_out_when_it_names_its_administrator(identity: IdentityKit) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/{identity.role(allow('kms:*'))}"
    policy = document(allow("kms:*", Principal={"AWS": role}))
    identity.client("kms").create_key(Policy=policy)  # who the administrator is on AWS nobody knows
    session = identity.assume(role.rpartition("/")[2])
    key = session.client("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"]
    session.client("kms").put_key_policy(KeyId=key, Policy=policy)
    other = identity.session(allow("kms:*")).client("kms")
    with refused("MalformedPolicyDocumentException", LOCKED):
        other.create_key(Policy=policy)


def test_the_makers_right_to_the_key_may_depend_on_its_tags(identity: IdentityKit) -> None:
    tagged = {"StringEquals": {"aws:ResourceTag/Project": "p"}}
    changes = allow("kms:PutKeyPolicy", Condition=tagged)
    kms = identity.session(allow("kms:CreateKey", "kms:TagResource"), changes).client("kms")
    policy = document(KEY_OF_THE_ACCOUNT)
    key = kms.create_key(Policy=policy, Tags=[{"TagKey": "Project", "TagValue": "p"}])["KeyMetadata"]["KeyId"]
    kms.put_key_policy(KeyId=key, Policy=policy)
    with refused("MalformedPolicyDocumentException", LOCKED):
        kms.create_key(Policy=policy, Tags=[{"TagKey": "Project", "TagValue": "another"}])


def test_a_log_group_takes_the_keys_that_cloudwatch_may_use(identity: IdentityKit) -> None:
    logs = identity.client("logs")
    group = unique("/aws-glue/test")
    arn = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}"
    sentence = f"The specified KMS key does not exist or is not allowed to be used with Arn '{arn}'"

    def of(name: str) -> str:
        condition = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": name}}
        statement = allow("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*", **LOGS, Condition=condition)
        return identity.key(KEY_OF_THE_ACCOUNT, statement)

    for key in (identity.key(), of(f"{arn}-other")):
        with refused("AccessDeniedException", sentence):
            logs.create_log_group(logGroupName=group, kmsKeyId=key)
    logs.create_log_group(logGroupName=group, kmsKeyId=of(f"{arn}*"))


@pytest.mark.parametrize("what", ["topic", "key", "neither"])
def test_eventbridge_publishes_where_topic_and_key_let_it(
    identity: IdentityKit, environment: Environment, what: str
) -> None:
    """Without a right the notification is lost, as on AWS. Another rule shows that the event has passed."""
    sns, sqs, events = identity.client("sns"), identity.client("sqs"), identity.client("events")
    of_key = [KEY_OF_THE_ACCOUNT, *([] if what == "key" else [allow("kms:GenerateDataKey", "kms:Decrypt", **EVENTS)])]
    topic = sns.create_topic(Name=unique(), Attributes={"KmsMasterKeyId": identity.key(*of_key)})["TopicArn"]
    if what != "topic":
        policy = document(allow("sns:Publish", on=topic, **EVENTS))
        sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    queue = sqs.create_queue(QueueName=unique())["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    source = unique("source")
    rule = unique("rule")
    events.put_rule(Name=rule, EventPattern=json.dumps({"source": [source]}))
    targets = [{"Id": "a", "Arn": topic, "Input": '"by topic"'}, {"Id": "b", "Arn": arn, "Input": '"direct"'}]
    events.put_targets(Rule=rule, Targets=targets)
    events.put_events(Entries=[{"Source": source, "DetailType": "t", "Detail": "{}"}])
    received: list[str] = []

    def there() -> None:
        found = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1, MaxNumberOfMessages=10).get("Messages", [])
        received.extend(each["Body"] for each in found)
        if '"direct"' not in received or (what == "neither" and '"by topic"' not in received):
            raise NotReady(received)

    wait_for("the event", there, seconds=30, remedy="see LocalStack's log")
    assert ('"by topic"' in received) is (what == "neither")
    log = environment.instance.folder / "logs" / "localstack.log"
    lost = [line for line in log.read_text().splitlines() if "lost, as on AWS" in line and topic in line]
    assert bool(lost) is (what == "topic")
