"""Notices requests that change something: after the first one, what was saved is no longer what is there.

A file says so, so that the next LocalStack knows it even when this one was killed.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from localstack.aws.api import RequestContext

# Beginnings of the names of operations that change nothing.
_READS = ("Get", "List", "Describe", "Head", "BatchGet", "Filter", "Search", "Select", "Lookup", "Simulate", "Estimate")
# More of them by service. The Data API changes PostgreSQL, which keeps its own data.
_ALSO_READS = {
    "kms": {"Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "GenerateRandom"},
    "rds-data": {
        "ExecuteStatement",
        "BatchExecuteStatement",
        "BeginTransaction",
        "CommitTransaction",
        "RollbackTransaction",
    },
}
# Operations on what a run makes, which no plan of terraform/ looks at. S3's objects are among them: `make run` compares
# those that Terraform made.
_OF_RUNS = {
    "cloudwatch": {"PutMetricData"},
    "events": {"PutEvents"},
    "glue": {"StartJobRun", "BatchStopJobRun"},
    "logs": {"CreateLogStream", "PutLogEvents"},
    "s3": {
        "AbortMultipartUpload",
        "CompleteMultipartUpload",
        "CopyObject",
        "CreateMultipartUpload",
        "DeleteObject",
        "DeleteObjects",
        "PutObject",
        "UploadPart",
        "UploadPartCopy",
    },
    "sns": {"Publish", "PublishBatch"},
    "sts": {"AssumeRole", "AssumeRoleWithWebIdentity"},
}
# These wait for a message, up to 20 s, and change something only at their end.
_POLLS = {"sqs": {"ReceiveMessage"}}


class Changes:
    """The changes of this LocalStack since its state was saved or read."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark
        self._condition = threading.Condition()
        self._under_way: set[int] = set()
        self._held = False
        self._ended = False
        self.made = False
        """Whether a request has changed something."""
        self.configured = True
        """Whether what terraform/ makes may differ from terraform/. A save does not end this: `applied` does."""

    def begin(self, chain: Any, context: RequestContext, response: Any) -> None:
        """Notes a request; waits while the state is being written. A handler of LocalStack's chain."""
        if not context.service or not context.operation:
            return
        service, operation = str(context.service.service_name), str(context.operation.name)
        if not changes_something(service, operation):
            return
        with self._condition:
            self._condition.wait_for(lambda: not self._held)
            if operation not in _POLLS.get(service, ()):
                self._under_way.add(id(context))
            if not self.made and not self._ended:
                self._mark.touch()
                self.made = True
            self.configured = self.configured or operation not in _OF_RUNS.get(service, ())

    def end(self, chain: Any, context: RequestContext, response: Any) -> None:
        """Notes the end of a request. A finalizer of LocalStack's chain."""
        with self._condition:
            self._under_way.discard(id(context))
            self._condition.notify_all()

    @contextmanager
    def held(self, seconds: float) -> Iterator[bool]:
        """Holds up the requests that change something for the block. Yields whether none is under way.

        `seconds` is how long to wait for those that are.
        """
        with self._condition:
            self._held = True
            quiet = self._condition.wait_for(lambda: not self._under_way, seconds)
        try:
            yield quiet
        finally:
            with self._condition:
                self._held = False
                self._condition.notify_all()

    def saved(self) -> None:
        """Notes that what is there is what was saved."""
        self._mark.unlink(missing_ok=True)
        self.made = False

    def end_of_all(self) -> None:
        """Notes that LocalStack ends: what a dying run still sends is no longer a change."""
        self._ended = True

    def applied(self) -> None:
        """Notes that Terraform found or made everything as terraform/ says."""
        self.configured = False


def changes_something(service: str, operation: str) -> bool:
    """Returns whether an operation may change the state of a service."""
    return not operation.startswith(_READS) and operation not in _ALSO_READS.get(service, ())
