"""Schedules and rules that would never fire are refused. Those that nobody fires on AWS either are kept."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.emulator.conftest import Environment
from tests.kit.aws import refused, unique
from tests.kit.queues import Queue

pytestmark = pytest.mark.emulator

ROLE = "arn:aws:iam::000000000000:role/scheduler"
START_JOB = {
    "Arn": "arn:aws:scheduler:::aws-sdk:glue:startJobRun",
    "RoleArn": ROLE,
    "Input": json.dumps({"JobName": "etl"}),
}


def schedule(**changes: Any) -> dict[str, Any]:
    return {
        "Name": unique("schedule"),
        "ScheduleExpression": "rate(1 hours)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": START_JOB,
        **changes,
    }


@pytest.mark.parametrize("state", [{}, {"State": "ENABLED"}])
@pytest.mark.parametrize("target", [START_JOB, {**START_JOB, "Arn": "arn:aws:sqs:us-east-1:000000000000:queue"}])
def test_an_enabled_schedule_is_refused(environment: Environment, target: Any, state: dict[str, str]) -> None:
    scheduler = environment.client("scheduler")
    request = schedule(Target=target, **state)
    with refused("NotSupportedByEmulator", "would never start its target"):
        scheduler.create_schedule(**request)
    with refused("ResourceNotFoundException"):
        scheduler.get_schedule(Name=request["Name"])


def test_a_disabled_schedule_is_kept_and_not_enabled(environment: Environment) -> None:
    scheduler = environment.client("scheduler")
    request = schedule(State="DISABLED")
    scheduler.create_schedule(**request)
    with refused("NotSupportedByEmulator"):
        scheduler.update_schedule(**{**request, "State": "ENABLED"})
    scheduler.update_schedule(**{**request, "ScheduleExpression": "rate(2 hours)"})
    shown = scheduler.get_schedule(Name=request["Name"])
    assert (shown["State"], shown["ScheduleExpression"]) == ("DISABLED", "rate(2 hours)")
    scheduler.delete_schedule(Name=request["Name"])


def test_a_schedule_of_an_unknown_group_is_refused(environment: Environment) -> None:
    with refused("ResourceNotFoundException", "Schedule group none does not exist."):
        environment.client("scheduler").create_schedule(**schedule(State="DISABLED", GroupName="none"))


def test_an_enabled_rule_with_a_schedule_is_refused(environment: Environment) -> None:
    events, name = environment.client("events"), unique("rule")
    with refused("NotSupportedByEmulator", "No clock runs here"):
        events.put_rule(Name=name, ScheduleExpression="rate(1 minute)")
    events.put_rule(Name=name, ScheduleExpression="rate(1 minute)", State="DISABLED", Description="for AWS")
    with refused("NotSupportedByEmulator", "No clock runs here"):
        events.enable_rule(Name=name)
    shown = events.describe_rule(Name=name)
    assert (shown["State"], shown["Description"]) == ("DISABLED", "for AWS")
    events.delete_rule(Name=name)


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        ("arn:aws:glue:us-east-1:000000000000:workflow/nightly", "NotSupportedByEmulator"),
        ("arn:aws:glue:us-east-1:000000000000:job/etl", "ValidationException"),
        ("arn:aws:lambda:us-east-1:000000000000:function:f", "NotSupportedByEmulator"),
        ("arn:aws:kinesis:us-east-1:000000000000:stream/s", "NotSupportedByEmulator"),
        ("arn:aws:ecs:us-east-1:000000000000:cluster/c", "NotSupportedByEmulator"),
        ("arn:aws:batch:us-east-1:000000000000:job-queue/q", "NotSupportedByEmulator"),
    ],
)
def test_a_target_that_no_event_reaches_is_refused(environment: Environment, arn: str, code: str) -> None:
    events, name = environment.client("events"), unique("rule")
    events.put_rule(Name=name, EventPattern=json.dumps({"source": ["tests"]}))
    with refused(code):
        events.put_targets(Rule=name, Targets=[{"Id": "t", "Arn": arn, "RoleArn": ROLE}])
    assert events.list_targets_by_rule(Rule=name)["Targets"] == []
    events.delete_rule(Name=name)


def test_a_rule_with_a_pattern_is_disabled_and_enabled(environment: Environment) -> None:
    events, name, source = environment.client("events"), unique("rule"), unique("source")
    queue = Queue(environment.client)
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [source]}), State="DISABLED")
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": queue.arn}])
    events.enable_rule(Name=name)
    events.put_events(Entries=[{"Source": source, "DetailType": "t", "Detail": "{}"}])
    assert [message["source"] for message in queue.messages(1)] == [source]
    events.remove_targets(Rule=name, Ids=["queue"])
    events.delete_rule(Name=name)
