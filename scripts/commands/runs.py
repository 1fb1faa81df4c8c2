"""What `make run` and `make aws-run` share: their options, the upload, the report of a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from scripts.base.console import out, say
from scripts.base.errors import JobError
from scripts.case import job
from scripts.cloud.cloud import Cloud

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


def upload_and_run(cloud: Cloud, outputs: dict[str, Any], data: Path | None, arguments: dict[str, str]) -> job.Run:
    """Uploads the CSVs of `data`, if given, and runs the job once; returns the run when it has ended."""
    if data:
        for key in job.upload(cloud, outputs["bucket_data_name"], data):
            say(f"uploaded {key}")
    return job.run(cloud, outputs, arguments, show=say)


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
