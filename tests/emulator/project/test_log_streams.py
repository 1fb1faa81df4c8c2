"""The commands find a run's log under both names that AWS may give its stream."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scripts.base.errors import CommandError
from scripts.case.chosen import Found
from scripts.case.logs import log_lines

pytestmark = pytest.mark.emulator


def run(run_id: str, *, began: float = 0, seconds: float = 0, prefix: str = "") -> Found:
    """Returns a run that began `began` seconds from now, and ended after `seconds`, if any."""
    start = datetime.now(UTC) + timedelta(seconds=began)
    end = start + timedelta(seconds=seconds) if seconds else None
    arguments = {"--custom-logStream-prefix": prefix} if prefix else {}
    return Found(run_id, "SUCCEEDED", "", start, 0, arguments, arguments, end)


def log(logs: Any, group: str, stream: str, *messages: tuple[float, str]) -> None:
    """Logs each message so many seconds from now."""
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    events = [{"timestamp": int((time.time() + after) * 1000), "message": text} for after, text in messages]
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


@pytest.mark.parametrize("suffix", ["", "-driver"])
def test_the_drivers_stream_is_read_and_no_executors(environment: Any, suffix: str) -> None:
    logs, group, run_id = environment.client("logs"), f"/streams/output{suffix}", "jr_0123"
    logs.create_log_group(logGroupName=group)
    for stream, text in ((f"{run_id}_g-1", "executor"), (f"{run_id}{suffix}", "driver"), ("jr_01234", "other")):
        log(logs, group, stream, (0, text))
    outputs = {"glue_job_performance_academica_name": "job", "glue_log_group_output": group}
    assert log_lines(environment.instance, outputs, run(run_id), "output") == ["driver"]


def test_runs_with_one_prefix_share_a_stream_and_each_has_its_own_lines(environment: Any) -> None:
    logs, group = environment.client("logs"), "/streams/prefix"
    logs.create_log_group(logGroupName=group)
    log(logs, group, "mine-driver", (-60, "before"), (-29, "first"), (-20, "last"), (-5, "after"))
    log(logs, group, "jr_1", (-25, "of the id"))
    outputs = {"glue_job_performance_academica_name": "job", "glue_log_group_output": group}
    ended = run("jr_1", began=-30, seconds=10.5, prefix="mine")
    assert log_lines(environment.instance, outputs, ended, "output") == ["first", "last"]
    assert log_lines(environment.instance, outputs, run("jr_2", began=-10, prefix="mine"), "output") == ["after"]


def test_a_run_that_logged_nothing_yet_has_no_lines(environment: Any) -> None:
    outputs = {"glue_job_performance_academica_name": "job", "glue_log_group_output": "/streams/none"}
    assert log_lines(environment.instance, outputs, run("jr_0"), "output") == []


def test_a_group_that_the_job_does_not_have_is_named(environment: Any) -> None:
    outputs = {"glue_log_group_error": "/streams/error", "glue_log_group_output": "/streams/output"}
    with pytest.raises(CommandError, match=r"GROUP=errors is not a log group of the job\n.*use one of: error, output"):
        log_lines(environment.instance, outputs, run("jr_0"), "errors")
