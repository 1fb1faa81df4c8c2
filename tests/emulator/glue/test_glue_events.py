"""The events of a run that a queue behind an EventBridge rule receives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import Any

import pytest

from tests.emulator.glue.test_glue_runs import ENDLESS
from tests.kit.aws import unique
from tests.kit.glue import GlueKit
from tests.kit.queues import Queue

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def kit(environment: Any) -> GlueKit:
    return GlueKit(environment.client)


@contextmanager
def rule(kit: GlueKit, job: str) -> Iterator[Queue]:
    """A queue that gets every event of the job's runs."""
    events, queue, name = kit.client("events"), Queue(kit.client), unique("rule")
    events.put_rule(Name=name, EventPattern=json.dumps({"source": ["aws.glue"], "detail": {"jobName": [job]}}))
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": queue.arn}])
    yield queue
    events.remove_targets(Rule=name, Ids=["queue"])
    events.delete_rule(Name=name)


def test_failed_run_is_told_of_as_aws_does(kit: GlueKit) -> None:
    job = kit.create_job(Role="arn:aws:iam::000000000000:role/missing")
    with rule(kit, job) as queue:
        run = kit.finish(job)
        (event,) = queue.messages(least=1)
    assert run["JobRunState"] == "FAILED"
    assert (event["source"], event["detail-type"]) == ("aws.glue", "Glue Job State Change")
    assert (event["account"], event["region"], event["resources"]) == ("000000000000", "us-east-1", [])
    assert event["detail"] == {
        "jobName": job,
        "jobRunId": run["Id"],
        "severity": "ERROR",
        "state": "FAILED",
        "message": run["ErrorMessage"],
    }


def test_overlong_run_is_told_of_once_in_each_state_and_then_of_its_end(kit: GlueKit) -> None:
    # A minute lasts 2 s here (conftest), less than Spark takes to start.
    job = kit.create_job(ENDLESS, NotificationProperty={"NotifyDelayAfter": 1})
    with rule(kit, job) as queue:
        run_id = kit.start(job)
        kit.wait(job, run_id, {"RUNNING"})
        queue.messages(least=1)
        kit.stop(job, run_id)
        got = queue.messages(least=3)
    told = [(event["detail-type"], event["detail"]["state"]) for event in got]
    assert told[-1] == ("Glue Job State Change", "STOPPED")
    assert told[-2] == ("Glue Job Run Status", "STOPPING")
    assert len(told) == len(set(told))
    status = got[-2]["detail"]
    started = kit.run(job, run_id)["StartedOn"]
    assert status.pop("startedOn")[:19] == started.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    assert status == {
        "jobName": job,
        "jobRunId": run_id,
        "severity": "INFO",
        "notificationCondition": {"NotifyDelayAfter": 1.0},
        "state": "STOPPING",
        "message": "Job is in STOPPING state",
    }


def test_run_that_ends_in_time_is_told_of_once(kit: GlueKit) -> None:
    job = kit.create_job(NotificationProperty={"NotifyDelayAfter": 30})
    with rule(kit, job) as queue:
        run = kit.finish(job)
        (event,) = queue.messages(least=1)
    assert run["NotificationProperty"] == {"NotifyDelayAfter": 30}
    assert (event["detail"]["state"], event["detail"]["message"]) == ("SUCCEEDED", "Job run succeeded")
