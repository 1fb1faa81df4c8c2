"""What `make run` and `make aws-run` share: their options, the upload, the report of a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from scripts.base.console import out, say
from scripts.base.errors import JobError
from scripts.case import job, spark_ui
from scripts.cloud.cloud import Cloud
from scripts.environment import terminal
from scripts.environment.instance import Instance

Function = TypeVar("Function", bound=Callable[..., Any])


def run_options(function: Function) -> Function:
    """Adds the options `--data` (or DATA) and `--args` (or ARGS) to a command."""
    data = click.option(
        "--data",
        envvar="DATA",
        type=click.Path(path_type=Path),
        help="Folder whose CSVs are uploaded to raw/ first.",
    )
    arguments = click.option(
        "--args", "arguments", envvar="ARGS", default="", help="Arguments of this run: --key value …"
    )
    return data(arguments(function))


ui_option = click.option("--ui", envvar="UI", is_flag=True, help="Show Spark's UI on this machine meanwhile.")


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


def upload_and_run(cloud: Cloud, outputs: dict[str, Any], data: Path | None, arguments: dict[str, str]) -> job.Run:
    """Uploads the CSVs of `data`, if given, and runs the job once; returns the run when it has ended."""
    if data:
        upload(cloud, outputs, data)
    return job.run(cloud, outputs, arguments, show=say)


def upload(cloud: Cloud, outputs: dict[str, Any], data: Path) -> None:
    """Uploads the CSVs of `data` and says which."""
    for key in job.upload(cloud, outputs["bucket_data_name"], data):
        say(f"uploaded {key}")


def report(ended: job.Run, where_to_look: str) -> None:
    """Prints the counts and the state of a run.

    Raises:
        JobError: the run did not end as SUCCEEDED.
    """
    if ended.summary:
        counts = {**ended.summary, "rejected": sum(ended.summary["rejected"].values())}
        names = ("kept", "superseded", "rejected", "inserted", "updated", "unchanged")
        say(", ".join(f"{name} {counts[name]}" for name in names))
    if ended.state != "SUCCEEDED":
        raise JobError(f"run {ended.id} ended as {ended.state}: {ended.error}", where_to_look)
    out.print(f"[green]✓[/green] run {ended.id} SUCCEEDED in {ended.seconds} s")
