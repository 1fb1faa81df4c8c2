"""The log of a run: which of its groups, and the lines in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from scripts.base.errors import CommandError
from scripts.case.chosen import Found
from scripts.cloud.cloud import Cloud

STREAM_PREFIX = "--custom-logStream-prefix"
LAST_LINES = timedelta(seconds=1)  # after the end of a run, in which the next one logs nothing yet

if TYPE_CHECKING:
    from types_boto3_logs import CloudWatchLogsClient


def log_lines(cloud: Cloud, outputs: Mapping[str, Any], run: Found, group: str) -> list[str]:
    """Returns the lines that `run` logged to `group`; none when it logged nothing.

    Raises:
        CommandError: terraform/ has no output `glue_log_group_<group>`.
    """
    return Follower(cloud.client("logs"), group_named(outputs, group), run).new_lines()


def group_named(outputs: Mapping[str, Any], group: str) -> str:
    """Returns the name in CloudWatch of the log group `group`, which is `output` or `error`.

    Raises:
        CommandError: terraform/ has no output `glue_log_group_<group>`.
    """
    prefix = "glue_log_group_"
    groups: dict[str, str] = {
        name.removeprefix(prefix): value for name, value in outputs.items() if name.startswith(prefix)
    }
    if group not in groups:
        raise CommandError(f"GROUP={group} is not a log group of the job", f"use one of: {', '.join(sorted(groups))}")
    return groups[group]


class Follower:
    """Reads the log stream of a run from where the last look ended."""

    def __init__(self, logs: CloudWatchLogsClient, group: str, run: Found) -> None:
        self._logs, self._group, self._run = logs, group, run
        self._prefix = run.arguments.get(STREAM_PREFIX, "")
        self._stream = ""
        self._token: str | None = None

    def new_lines(self) -> list[str]:
        lines: list[str] = []
        if not self._stream and not self._find():
            return lines
        while True:
            more: dict[str, Any] = {"nextToken": self._token} if self._token else {}
            where: Any = {"logGroupName": self._group, "logStreamName": self._stream, **self._period()}
            page = self._logs.get_log_events(**where, startFromHead=True, **more)
            lines += [line for event in page["events"] for line in event["message"].splitlines()]
            if not page["events"] or page["nextForwardToken"] == self._token:
                self._token = page["nextForwardToken"]
                return lines
            self._token = page["nextForwardToken"]

    def _find(self) -> bool:
        """Finds the driver's stream: the run's id (seen on Glue 5.1), or the id with "-driver" (AWS's page on logs).

        With a prefix of the user's it is the prefix with "-driver" (AWS's page on logs).
        """
        wanted = [f"{self._prefix}-driver"] if self._prefix else [self._run.id, f"{self._run.id}-driver"]
        try:
            found = self._logs.describe_log_streams(logGroupName=self._group, logStreamNamePrefix=wanted[0])
        except self._logs.exceptions.ResourceNotFoundException:
            return False
        names = [each["logStreamName"] for each in found["logStreams"]]
        self._stream = next((name for name in wanted if name in names), "")
        return bool(self._stream)

    def _period(self) -> dict[str, int]:
        """Returns the milliseconds between which the run logged. All runs with one prefix have one stream."""
        begun, ended = self._run.started, self._run.ended
        if not self._prefix:
            return {}
        first = {"startTime": int(begun.timestamp() * 1000)} if begun else {}
        last = {"endTime": int((ended + LAST_LINES).timestamp() * 1000)} if ended else {}
        return {**first, **last}
