"""Runs of the Glue job: start, follow the log, report."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from scripts.base.errors import CommandError, JobError
from scripts.case import summary
from scripts.case.chosen import chosen_run
from scripts.case.logs import Follower
from scripts.cloud.cloud import Cloud

if TYPE_CHECKING:
    from types_boto3_glue.type_defs import JobRunTypeDef

# JobRunState of a run that has ended (Glue's API reference, JobRun). The worker agent's states are four of these.
ENDED = frozenset({"SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT", "ERROR", "EXPIRED"})
LATE_LOG_SECONDS = 60


@dataclass
class Run:
    """A job run that has ended. `summary` has the job's own counts, or is None when the job did not print all of them.

    `lacking` names what the summary that it printed lacks.
    `detail` is Glue's StateDetail. The emulator says there what AWS does, and what it does not do itself.
    """

    id: str
    state: str
    error: str = ""
    seconds: int = 0
    summary: dict[str, Any] | None = field(default=None)
    detail: str = ""
    lacking: Sequence[str] = ()


def parse_arguments(text: str) -> dict[str, str]:
    """Returns Glue's Arguments for a text such as `--key value --flag`.

    Raises:
        CommandError: `text` has another form, or an argument twice.
    """
    try:
        tokens = shlex.split(text)
    except ValueError as error:
        raise CommandError(f"ARGS={text} can't be split into words: {error}", "close every quotation mark") from None
    arguments: dict[str, str] = {}
    name = ""
    for token in tokens:
        if token.startswith("--"):
            name, _, value = token.partition("=")
            if name in arguments:  # Glue's Arguments are a map, so one of the values would be lost
                raise _given_twice(name)
            arguments[name] = value
        elif name and not arguments[name]:
            arguments[name] = token
        else:
            raise CommandError(f"ARGS: `{token}` follows no --key", 'write ARGS="--key value --other value"')
    return arguments


def _given_twice(name: str) -> CommandError:
    return CommandError(
        f"{name} is given twice in ARGS",
        """Glue takes several settings as one value: ARGS='--conf "a=1 --conf b=2"'"""
        if name == "--conf"
        else "leave one of them out: the job gets one value for each name",
    )


def run(
    cloud: Cloud,
    outputs: dict[str, Any],
    arguments: dict[str, str] | None = None,
    show: Callable[[str], None] = lambda line: None,
    waiting: Callable[[str], None] = lambda state: None,
) -> Run:
    """Starts a run, passes each line of its output log to `show`, and returns the ended run. An interrupt stops it.

    `waiting` gets the state of the run at each look.

    Raises:
        JobError: Glue refused the run.
    """
    glue, name = cloud.client("glue"), outputs["glue_job_performance_academica_name"]
    started: list[str] = []

    def start() -> None:
        started.append(glue.start_job_run(JobName=name, Arguments=arguments or {})["JobRunId"])

    # An interrupt reaches the main thread only: the request goes on to its end, which says what to stop.
    with ThreadPoolExecutor(1) as pool:
        try:
            pool.submit(start).result()
            return _followed(cloud, outputs, started[0], show, waiting)
        except KeyboardInterrupt:
            pool.shutdown()
            if started:
                glue.batch_stop_job_run(JobName=name, JobRunIds=started)
            raise
        except ClientError as error:
            if started:
                raise
            remedy = (
                "see `make status`"
                if cloud.is_local
                else f"look at the last runs: aws glue get-job-runs --job-name {name}"
            )
            raise JobError(f"Glue refused the run: {error.response['Error']['Message']}", remedy) from None


def check_idle(cloud: Cloud, outputs: dict[str, Any]) -> None:
    """Checks that no run is under way: it would read half of what a command changes now.

    Raises:
        JobError: a run has not ended.
    """
    name = outputs["glue_job_performance_academica_name"]
    for each in cloud.client("glue").get_job_runs(JobName=name, MaxResults=10)["JobRuns"]:
        if each["JobRunState"] not in ENDED:
            raise JobError(
                f"run {each['Id']} is {each['JobRunState']} since {each['StartedOn']:%H:%M:%S}, and a second one can't "
                "start; nothing was uploaded or changed",
                "wait until it has ended, or end it by Ctrl-C where it was started",
            )


def follow(
    cloud: Cloud,
    outputs: dict[str, Any],
    run_id: str,
    show: Callable[[str], None],
    waiting: Callable[[str], None] = lambda state: None,
) -> Run:
    """Passes the run's output log to `show` until the run ends. Returns the ended run. An interrupt stops the run.

    `waiting` gets the state of the run at each look.
    """
    try:
        return _followed(cloud, outputs, run_id, show, waiting)
    except KeyboardInterrupt:
        name = outputs["glue_job_performance_academica_name"]
        cloud.client("glue").batch_stop_job_run(JobName=name, JobRunIds=[run_id])
        raise


def _followed(
    cloud: Cloud,
    outputs: dict[str, Any],
    run_id: str,
    show: Callable[[str], None],
    waiting: Callable[[str], None],
) -> Run:
    glue, name = cloud.client("glue"), outputs["glue_job_performance_academica_name"]
    lines: list[str] = []
    run = chosen_run(cloud, outputs, run_id)
    follower = Follower(cloud.client("logs"), outputs["glue_log_group_output"], run)

    def look() -> JobRunTypeDef:
        # State first, log second: the last look then reads everything that the run logged before its end.
        found = glue.get_job_run(JobName=name, RunId=run_id)["JobRun"]
        for line in follower.new_lines():
            lines.append(line)
            show(line)
        if found["JobRunState"] not in ENDED or not cloud.is_local:
            waiting(f"run {found['JobRunState']}")
        return found

    wait = wait_fixed(0.5 if cloud.is_local else 2.5)
    ended = Retrying(retry=retry_if_result(lambda found: found["JobRunState"] not in ENDED), wait=wait)(look)
    if ended["JobRunState"] == "SUCCEEDED" and not cloud.is_local:
        # CloudWatch may show the last lines seconds after the run has ended.
        late = Retrying(
            retry=retry_if_result(lambda _: summary.printed(lines) is None),
            wait=wait,
            stop=stop_after_delay(LATE_LOG_SECONDS),
            retry_error_callback=lambda _: None,
        )
        late(look)
    told = summary.printed(lines)
    return Run(
        run_id,
        ended["JobRunState"],
        ended.get("ErrorMessage", ""),
        ended.get("ExecutionTime", 0),
        summary_of(lines),
        ended.get("StateDetail", ""),
        summary.lacking(told) if told else (),
    )


def summary_of(lines: Sequence[str]) -> dict[str, Any] | None:
    """Returns the run's counts from the last summary in its log, or None when that has none, or lacks some."""
    found = summary.printed(lines)
    return found if found and not summary.lacking(found) else None
