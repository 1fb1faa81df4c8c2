"""The commands find a run's log under both names that AWS may give its stream."""

from __future__ import annotations

import time
from typing import Any

import pytest

from scripts.base.errors import CommandError
from scripts.case.logs import log_lines

pytestmark = pytest.mark.emulator


@pytest.mark.parametrize("suffix", ["", "-driver"])
def test_the_drivers_stream_is_read_and_no_executors(environment: Any, suffix: str) -> None:
    logs, group, run_id = environment.client("logs"), f"/streams/output{suffix}", "jr_0123"
    logs.create_log_group(logGroupName=group)
    for stream, text in ((f"{run_id}_g-1", "executor"), (f"{run_id}{suffix}", "driver"), ("jr_01234", "other")):
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        event = {"timestamp": int(time.time() * 1000), "message": text}
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])
    outputs = {"glue_job_performance_academica_name": "job", "glue_log_group_output": group}
    assert log_lines(environment.instance, outputs, run_id, "output") == ["driver"]


def test_a_run_that_logged_nothing_yet_has_no_lines(environment: Any) -> None:
    outputs = {"glue_job_performance_academica_name": "job", "glue_log_group_output": "/streams/none"}
    assert log_lines(environment.instance, outputs, "jr_0", "output") == []


def test_a_group_that_the_job_does_not_have_is_named(environment: Any) -> None:
    outputs = {"glue_log_group_error": "/streams/error", "glue_log_group_output": "/streams/output"}
    with pytest.raises(CommandError, match=r"GROUP=errors is not a log group of the job\n.*use one of: error, output"):
        log_lines(environment.instance, outputs, "jr_0", "errors")
