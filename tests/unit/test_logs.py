"""Where the log of a run is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scripts.case.chosen import Found
from scripts.case.logs import Follower

pytestmark = pytest.mark.unit
BEGAN = datetime(2026, 11, 9, 18, 5, tzinfo=UTC)
BEGAN_MS = int(BEGAN.timestamp() * 1000)


class Logs:
    """CloudWatch with some streams. It answers what it was asked for events."""

    def __init__(self, *streams: str) -> None:
        self.streams, self.asked = streams, list[dict[str, Any]]()

    def describe_log_streams(self, logGroupName: str, logStreamNamePrefix: str) -> dict[str, Any]:
        names = [name for name in self.streams if name.startswith(logStreamNamePrefix)]
        return {"logStreams": [{"logStreamName": name} for name in names]}

    def get_log_events(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        return {"events": [], "nextForwardToken": "f/1"}


def asked(logs: Any, **arguments: str) -> dict[str, Any]:
    run = Found("jr_1", "SUCCEEDED", "", BEGAN, 9, arguments, {}, BEGAN + timedelta(seconds=9))
    Follower(logs, "group", run).new_lines()
    return (
        {} if not logs.asked else {name: logs.asked[0].get(name) for name in ("logStreamName", "startTime", "endTime")}
    )


def test_stream_has_the_runs_id() -> None:
    assert asked(Logs("jr_1_g-1", "jr_1-driver"))["logStreamName"] == "jr_1-driver"
    assert asked(Logs("jr_1", "jr_11")) == {"logStreamName": "jr_1", "startTime": None, "endTime": None}


def test_stream_has_the_prefix_that_the_run_names_and_the_runs_own_time() -> None:
    """Glue writes all runs with one prefix into one stream (AWS's page on logs)."""
    logs = Logs("jr_1", "x", "x-driver", "x-driver-2")
    assert asked(logs, **{"--custom-logStream-prefix": "x"}) == {
        "logStreamName": "x-driver",
        "startTime": BEGAN_MS,
        "endTime": BEGAN_MS + 10_000,
    }
