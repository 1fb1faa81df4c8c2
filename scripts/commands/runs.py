"""What `make run` and `make aws-run` share: their options, the upload, the empty table, the report of a run."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from scripts.base.console import Pulse, out, say
from scripts.base.errors import CommandError, JobError
from scripts.case import datasets, failures, job, rows, spark_ui
from scripts.case.datasets import DataSet
from scripts.cloud.cloud import Cloud
from scripts.environment import terminal
from scripts.environment.instance import Instance

Function = TypeVar("Function", bound=Callable[..., Any])
# Begins a transaction on the cluster's database and yields its `execute`.
Transaction = Callable[[], AbstractContextManager[rows.Execute]]


@dataclass(frozen=True)
class Request:
    """What the user asks of a run. `data` is a data set of the user's own, `fresh` means: with an empty table."""

    data: DataSet | None
    arguments: dict[str, str]
    fresh: bool

    @classmethod
    def of(cls, data: Path | None, arguments: str, fresh: bool) -> Request:
        """Returns what the options ask for. Nothing is changed.

        Raises:
            CommandError: an option can't be used.
        """
        given = job.parse_arguments(arguments)
        if data is None:
            return cls(None, given, fresh)
        found = datasets.find(data)
        return cls(found, datasets.arguments(found, given), fresh)


def run_options(function: Function) -> Function:
    """Adds the options `--data` (or DATA), `--args` (or ARGS) and `--fresh` (or FRESH) to a command."""
    data = click.option(
        "--data",
        envvar="DATA",
        type=click.Path(path_type=Path),
        help="Folder whose CSVs the run reads, from a place of their own in the bucket.",
    )
    arguments = click.option(
        "--args", "arguments", envvar="ARGS", default="", help="Arguments of this run: --key value …"
    )
    fresh = click.option("--fresh/--not-fresh", envvar="FRESH", default=False, help="Empty the table before the run.")
    return data(arguments(fresh(function)))


ui_option = click.option("--ui", envvar="UI", is_flag=True, help="Show Spark's UI on this machine meanwhile.")


def typed(target: str, data: Path | None, arguments: str, fresh: bool) -> failures.Typed:
    """Returns the command as the user typed it: a remedy repeats all of it."""
    return failures.Typed(target, data, job.parse_arguments(arguments), fresh)


def with_ui(
    instance: Instance, outputs: dict[str, Any], arguments: dict[str, str], ui: bool, command: str
) -> dict[str, str]:
    """Returns the arguments of a run, with Spark's UI on if asked, and says where it is.

    Raises:
        CommandError: `command` runs the job in a container.
    """
    if not ui:
        return arguments
    terminal.check_runtime(instance, command)
    arguments, address = spark_ui.switched_on(instance, outputs, arguments)
    say(f"Spark's UI: {address} from the start of Spark to the end of the run")
    return arguments


def carry_out(
    cloud: Cloud, outputs: dict[str, Any], request: Request, transaction: Transaction, *, with_log: bool = True
) -> job.Run:
    """Prepares a run as `prepare` does, and runs the job once. Returns the ended run.

    It shows the run's log unless `with_log` is false.

    Raises:
        JobError: a run is under way, or Glue refused the run.
        DatabaseError: the table could not be emptied.
    """
    prepare(cloud, outputs, request, transaction)
    pulse = Pulse()
    show = pulse.line if with_log else lambda line: None
    return job.run(cloud, outputs, request.arguments, show=show, waiting=pulse.alive)


def prepare(cloud: Cloud, outputs: dict[str, Any], request: Request, transaction: Transaction) -> None:
    """Uploads the data set and empties the table, each if asked for.

    Raises:
        JobError: a run is under way.
        DatabaseError: the table could not be emptied.
    """
    job.check_idle(cloud, outputs)
    if request.data:
        _upload(cloud, outputs["bucket_data_name"], request.data)
    if request.fresh:
        with transaction() as execute:
            gone = rows.empty(execute)
        say(f"FRESH=1: removed {gone} rows, the table is empty")


def _upload(cloud: Cloud, bucket: str, data: DataSet) -> None:
    pulse, sent, sizes = Pulse(), dict.fromkeys(data.files, 0), {k: p.stat().st_size for k, p in data.files.items()}

    def moved(key: str, size: int) -> None:
        sent[key] += size
        pulse.alive(f"uploading {key}: {sent[key] / 1e6:.1f} of {sizes[key] / 1e6:.1f} MB")

    gone = datasets.upload(cloud, bucket, data, moved)
    say(f"uploaded {', '.join(key.removeprefix(data.prefix) for key in data.files)} to s3://{bucket}/{data.prefix}")
    if gone:
        names = ", ".join(key.removeprefix(data.prefix) for key in gone)
        say(f"removed from there, because {data.folder} has no such file: {names}")


def report(
    cloud: Cloud, outputs: dict[str, Any], ended: job.Run, typed: failures.Typed, transaction: Transaction
) -> None:
    """Prints the counts and the state of a run, and how many of the table's rows are of this run.

    `typed` is the command that started it.

    Raises:
        JobError: the run did not end as SUCCEEDED.
    """
    if ended.summary:
        counts = {**ended.summary, "rejected": sum(ended.summary["rejected"].values())}
        names = ("kept", "superseded", "rejected", "inserted", "updated", "unchanged")
        say(", ".join(f"{name} {counts[name]}" for name in names))
    if ended.detail:
        say(f"note: {ended.detail}")
    if ended.state != "SUCCEEDED":
        failure = failures.look_into(cloud, outputs, ended, typed)
        raise JobError(failures.cause(failure), failures.remedy(failure))
    if ended.summary is None:
        missing = _without_counts(ended)
        if cloud.is_local:
            raise missing
        say(missing.cause)  # CloudWatch may still be late.
    if ended.summary:
        say(_rows_of_run(ended.summary, transaction))
    out.print(f"[green]✓[/green] run {ended.id} SUCCEEDED in {ended.seconds} s")


def _without_counts(ended: job.Run) -> JobError:
    told = f"run {ended.id} SUCCEEDED, but the job printed no counts"
    if ended.lacking:
        return JobError(
            f"{told}: its run_summary lacks {', '.join(ended.lacking)}, or has another kind of value there",
            "correct what the script logs as run_summary (docs/interfaces.md has its form), then make run",
        )
    return JobError(
        f"{told}: {ended.detail or 'see its log'}", "correct the script so that it comes to its end, then make run"
    )


def _rows_of_run(summary: dict[str, Any], transaction: Transaction) -> str:
    """A run that SUCCEEDED stays one when its rows can't be counted, for example without a right to ask."""
    try:
        with transaction() as execute:
            return rows.of_run(rows.count(execute), summary)
    except CommandError as error:
        return f"the table's rows could not be counted: {error.cause}"
