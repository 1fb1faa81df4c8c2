"""Follows the log of a run that somebody started, without power over the run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tenacity import Retrying, retry_if_result, wait_fixed

from scripts.case.chosen import Found, chosen_run
from scripts.case.job import ENDED
from scripts.case.logs import Follower, group_named
from scripts.cloud.cloud import Cloud


def watch(cloud: Cloud, outputs: Mapping[str, Any], run_id: str, group: str, show: Callable[[str], None]) -> Found:
    """Passes the lines of the run's log in `group` to `show` until the run has ended. Returns the ended run.

    An interrupt ends the following and leaves the run alone.
    """
    follower = Follower(cloud.client("logs"), group_named(outputs, group), chosen_run(cloud, outputs, run_id))

    def look() -> Found:
        # State first, log second: the last look then reads everything that the run logged before its end.
        found = chosen_run(cloud, outputs, run_id)
        for line in follower.new_lines():
            show(line)
        return found

    wait = wait_fixed(0.5 if cloud.is_local else 3)
    ended: Found = Retrying(retry=retry_if_result(lambda found: found.state not in ENDED), wait=wait)(look)
    return ended
