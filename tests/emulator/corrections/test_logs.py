"""CloudWatch Logs gives what was asked for: streams, patterns, times, pages. What it cannot do it refuses."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from scripts.base.waiting import NotReady, wait_for
from tests.emulator.conftest import Environment
from tests.kit.aws import refused, unique

pytestmark = pytest.mark.emulator

LINES = {  # each stream's lines, with their seconds after the first one
    "jr_one": [(0, "INFO begin"), (2, 'ERROR "no table" alunos'), (4, "end one")],
    "jr_one-driver": [(1, "WARN retry 1"), (3, "ERROR retry 2")],
    "jr_two": [(5, "INFO begin"), (6, "end two")],
}


class Group:
    """A log group with LINES."""

    def __init__(self, logs: Any) -> None:
        self.logs, self.name = logs, unique("/tests/logs")
        self.start = int(time.time() * 1000) - 60_000
        logs.create_log_group(logGroupName=self.name)
        for stream, lines in LINES.items():
            self.put(stream, lines)

    def put(self, stream: str, lines: list[tuple[int, str]]) -> None:
        self.logs.create_log_stream(logGroupName=self.name, logStreamName=stream)
        events = [{"timestamp": self.start + seconds * 1000, "message": text} for seconds, text in lines]
        self.logs.put_log_events(logGroupName=self.name, logStreamName=stream, logEvents=events)

    def filtered(self, **request: Any) -> list[str]:
        answer = self.logs.filter_log_events(logGroupName=self.name, **request)
        return [event["message"] for event in answer["events"]]


@pytest.fixture(scope="module")
def group(environment: Environment) -> Iterator[Group]:
    made = Group(environment.client("logs"))
    yield made
    made.logs.delete_log_group(logGroupName=made.name)


def test_a_prefix_chooses_streams(group: Group) -> None:
    assert group.filtered(logStreamNamePrefix="jr_two") == ["INFO begin", "end two"]
    assert group.filtered(logStreamNamePrefix="jr_one-") == ["WARN retry 1", "ERROR retry 2"]
    assert group.filtered(logStreamNamePrefix="jr_three") == []


def test_events_of_all_streams_come_by_time(group: Group) -> None:
    expected = sorted((seconds, text) for lines in LINES.values() for seconds, text in lines)
    assert group.filtered() == [text for _, text in expected]
    assert group.filtered(interleaved=False) == group.filtered(interleaved=True) == group.filtered()


def test_names_choose_streams(group: Group) -> None:
    answer = group.logs.filter_log_events(logGroupName=group.name, logStreamNames=["jr_two", "jr_one-driver"])
    assert [event["logStreamName"] for event in answer["events"]] == ["jr_one-driver"] * 2 + ["jr_two"] * 2
    with refused("ResourceNotFoundException", "The specified log stream does not exist."):
        group.filtered(logStreamNames=["jr_two", "jr_three"])
    with refused("InvalidParameterException"):
        group.filtered(logStreamNames=["jr_two"], logStreamNamePrefix="jr")
    with refused("ResourceNotFoundException", "The specified log group does not exist."):
        group.logs.filter_log_events(logGroupName="/tests/none")


def test_a_group_is_found_by_its_arn(group: Group) -> None:
    (shown,) = group.logs.describe_log_groups(logGroupNamePrefix=group.name)["logGroups"]
    answer = group.logs.filter_log_events(logGroupIdentifier=shown["logGroupArn" if "logGroupArn" in shown else "arn"])
    assert len(answer["events"]) == 7


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("ERROR", ['ERROR "no table" alunos', "ERROR retry 2"]),
        ("error", []),
        ("ERROR retry", ["ERROR retry 2"]),
        ("ERROR -retry", ['ERROR "no table" alunos']),
        ("?WARN ?begin", ["INFO begin", "WARN retry 1", "INFO begin"]),
        ('"end two"', ["end two"]),
        (r'"\"no table\""', ['ERROR "no table" alunos']),
        (r"%retry \d%", ["WARN retry 1", "ERROR retry 2"]),
        ("-ERROR -INFO -WARN", ["end one", "end two"]),
    ],
)
def test_a_pattern_chooses_events(group: Group, pattern: str, found: list[str]) -> None:
    assert group.filtered(filterPattern=pattern) == found


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ('{ $.level = "ERROR" }', "NotSupportedByEmulator"),
        ("[ip, user]", "NotSupportedByEmulator"),
        ("no:quotes", "InvalidParameterException"),
        ('"open', "InvalidParameterException"),
        ("%(%", "InvalidParameterException"),
    ],
)
def test_a_pattern_that_would_choose_wrongly_is_refused(group: Group, pattern: str, code: str) -> None:
    with refused(code):
        group.filtered(filterPattern=pattern)
    with refused(code):
        group.logs.put_metric_filter(
            logGroupName=group.name,
            filterName="f",
            filterPattern=pattern,
            metricTransformations=[{"metricName": "m", "metricNamespace": "n", "metricValue": "1"}],
        )


def test_both_ends_of_a_time_belong_to_filtered_events_and_only_the_start_to_a_stream(group: Group) -> None:
    times = {"startTime": group.start + 2000, "endTime": group.start + 4000}
    assert group.filtered(**times) == ['ERROR "no table" alunos', "ERROR retry 2", "end one"]
    answer = group.logs.get_log_events(logGroupName=group.name, logStreamName="jr_one", startFromHead=True, **times)
    assert [event["message"] for event in answer["events"]] == ['ERROR "no table" alunos']


def test_pages_of_events_give_each_event_once(group: Group) -> None:
    pages = list(
        group.logs.get_paginator("filter_log_events").paginate(
            logGroupName=group.name, logStreamNamePrefix="jr_one", PaginationConfig={"PageSize": 2}
        )
    )
    assert [len(page["events"]) for page in pages] == [2, 2, 1]
    assert [event["message"] for page in pages for event in page["events"]] == group.filtered(
        logStreamNamePrefix="jr_one"
    )
    with refused("InvalidParameterException", "The specified nextToken is invalid."):
        group.filtered(nextToken="none")


def test_streams_come_by_name_or_by_their_last_event(group: Group) -> None:
    def names(**request: Any) -> list[str]:
        answer = group.logs.describe_log_streams(logGroupName=group.name, **request)
        return [stream["logStreamName"] for stream in answer["logStreams"]]

    assert names() == ["jr_one", "jr_one-driver", "jr_two"]
    assert names(descending=True, limit=1) == ["jr_two"]
    assert names(orderBy="LastEventTime") == ["jr_one-driver", "jr_one", "jr_two"]
    assert names(orderBy="LastEventTime", descending=True) == ["jr_two", "jr_one", "jr_one-driver"]
    assert names(logStreamNamePrefix="jr_one") == ["jr_one", "jr_one-driver"]


def test_log_groups_come_in_pages(environment: Environment) -> None:
    logs, prefix = environment.client("logs"), unique("/tests/pages")
    for number in range(3):
        logs.create_log_group(logGroupName=f"{prefix}/{number}")
    pages = logs.get_paginator("describe_log_groups").paginate(
        logGroupNamePrefix=prefix, PaginationConfig={"PageSize": 2}
    )
    assert [[group["logGroupName"][-1] for group in page["logGroups"]] for page in pages] == [["0", "1"], ["2"]]
    for number in range(3):
        logs.delete_log_group(logGroupName=f"{prefix}/{number}")


def test_tags_of_a_group_that_had_none_are_kept(environment: Environment) -> None:
    logs, name = environment.client("logs"), unique("/tests/tags")
    logs.create_log_group(logGroupName=name)
    arn = f"arn:aws:logs:us-east-1:000000000000:log-group:{name}"
    logs.tag_resource(resourceArn=arn, tags={"Projeto": "letrus"})
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"Projeto": "letrus"}
    logs.tag_log_group(logGroupName=name, tags={"Ano": "2026"})
    assert logs.list_tags_log_group(logGroupName=name)["tags"] == {"Projeto": "letrus", "Ano": "2026"}
    logs.delete_log_group(logGroupName=name)


def test_a_metric_filter_counts_the_matching_events_of_its_group(environment: Environment) -> None:
    logs, cloudwatch = environment.client("logs"), environment.client("cloudwatch")
    namespace = unique("namespace")
    group, other = Group(logs), Group(logs)
    for value in ("1", "3"):  # the second one replaces the first
        logs.put_metric_filter(
            logGroupName=group.name,
            filterName="errors",
            filterPattern="ERROR",
            metricTransformations=[{"metricName": "errors", "metricNamespace": namespace, "metricValue": value}],
        )
    (shown,) = logs.describe_metric_filters(logGroupName=group.name)["metricFilters"]
    assert shown["metricTransformations"][0]["metricValue"] == "3"
    other.put("later", [(30, "ERROR of the other group")])
    group.put("later", [(30, "ERROR a"), (31, "fine"), (32, "ERROR b")])

    def counted() -> float:
        answer = cloudwatch.get_metric_statistics(
            Namespace=namespace,
            MetricName="errors",
            StartTime=group.start / 1000,
            EndTime=time.time() + 60,
            Period=3600,
            Statistics=["Sum"],
        )
        if not answer["Datapoints"]:
            raise NotReady("no data")
        return float(sum(point["Sum"] for point in answer["Datapoints"]))

    assert wait_for("the metric", counted, seconds=30, remedy="see LocalStack's log") == 6.0
    for made in (group, other):
        logs.delete_log_group(logGroupName=made.name)


def test_what_would_read_or_send_nothing_is_refused(group: Group) -> None:
    logs = group.logs
    arn = "arn:aws:lambda:us-east-1:000000000000:function:f"
    calls: dict[str, dict[str, Any]] = {
        "start_query": {"logGroupName": group.name, "startTime": 0, "endTime": 1, "queryString": "stats count(*)"},
        "create_export_task": {"logGroupName": group.name, "from": 0, "to": 1, "destination": "bucket"},
        "put_destination": {"destinationName": "d", "targetArn": arn, "roleArn": "arn:aws:iam::000000000000:role/r"},
        "create_delivery": {"deliverySourceName": "s", "deliveryDestinationArn": arn},
        "put_subscription_filter": {
            "logGroupName": group.name,
            "filterName": "f",
            "filterPattern": "",
            "destinationArn": arn,
        },
        "put_metric_filter": {
            "logGroupName": group.name,
            "filterName": "f",
            "filterPattern": "ERROR",
            "metricTransformations": [{"metricName": "m", "metricNamespace": "n", "metricValue": "$.seconds"}],
        },
    }
    for operation, request in calls.items():
        with refused("NotSupportedByEmulator"):
            getattr(logs, operation)(**request)
