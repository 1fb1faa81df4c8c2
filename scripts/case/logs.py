"""The log of a run: which of its groups, and the lines in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from scripts.base.errors import CommandError
from scripts.cloud.cloud import Cloud

if TYPE_CHECKING:
    from types_boto3_logs import CloudWatchLogsClient


def log_lines(cloud: Cloud, outputs: Mapping[str, Any], run_id: str, group: str) -> list[str]:
    """Returns the lines that the run `run_id` logged to `group`; none when it logged nothing.

    Raises:
        CommandError: terraform/ has no output `glue_log_group_<group>`.
    """
    return Follower(cloud.client("logs"), group_named(outputs, group), run_id).new_lines()


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
    """Reads a log stream from where the last look ended."""

    def __init__(self, logs: CloudWatchLogsClient, group: str, run_id: str) -> None:
        self._logs, self._group, self._run = logs, group, run_id
        self._stream = ""
        self._token: str | None = None

    def new_lines(self) -> list[str]:
        lines: list[str] = []
        if not self._stream and not self._find():
            return lines
        while True:
            more: dict[str, Any] = {"nextToken": self._token} if self._token else {}
            where: Any = {"logGroupName": self._group, "logStreamName": self._stream}
            page = self._logs.get_log_events(**where, startFromHead=True, **more)
            lines += [line for event in page["events"] for line in event["message"].splitlines()]
            if not page["events"] or page["nextForwardToken"] == self._token:
                self._token = page["nextForwardToken"]
                return lines
            self._token = page["nextForwardToken"]

    def _find(self) -> bool:
        """Finds the driver's stream: the run's id (seen on Glue 5.1), or the id with "-driver" (AWS's page on logs)."""
        try:
            found = self._logs.describe_log_streams(logGroupName=self._group, logStreamNamePrefix=self._run)
        except self._logs.exceptions.ResourceNotFoundException:
            return False
        names = [each["logStreamName"] for each in found["logStreams"]]
        self._stream = next((name for name in (self._run, f"{self._run}-driver") if name in names), "")
        return bool(self._stream)
