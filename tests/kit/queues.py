"""Makes queues that tests put behind rules and topics."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from scripts.base.waiting import NotReady, wait_for
from tests.kit.aws import unique


class Queue:
    """A queue and the messages that it has received so far."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self.sqs = client("sqs")
        self.url = self.sqs.create_queue(QueueName=unique("events"))["QueueUrl"]
        self.arn = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])["Attributes"][
            "QueueArn"
        ]
        self._seen: list[dict[str, Any]] = []

    def messages(self, least: int) -> list[dict[str, Any]]:
        """Returns all messages in the order of arrival, once the queue has received `least`."""

        def arrived() -> None:
            answer = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=5)
            for one in answer.get("Messages", []):
                self._seen.append(json.loads(one["Body"]))
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=one["ReceiptHandle"])
            if len(self._seen) < least:
                raise NotReady(f"{len(self._seen)} of {least} messages")

        wait_for("messages in the queue", arrived, seconds=120, remedy="see LocalStack's log")
        return self._seen
