"""The commands that run the job, or a prompt in its place, in the terminal; and the packages that jobs may import."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import click

from scripts.base.console import say
from scripts.base.paths import TOP
from scripts.case import in_terminal, job
from scripts.commands import deploy, runs
from scripts.commands.overview import running
from scripts.environment import database, runtime, terminal
from scripts.supply import java
from scripts.terraform.root import Terraform

SHELL = TOP / "scripts" / "case" / "shell_startup.py"


@click.command()
@runs.run_options
@deploy.option
@runs.ui_option
def debug(data: Path | None, arguments: str, fresh: bool, deploys: bool, ui: bool) -> None:
    """Run the job in this terminal, where breakpoint() works. Glue knows nothing of it."""
    request = runs.Request.of(data, arguments, fresh)
    instance = running()
    terminal.check_runtime(instance, "debug")
    outputs = deploy.before_a_run(instance, deploys)
    given = runs.with_ui(instance, outputs, request.arguments, ui, "debug UI=1")
    runs.prepare(instance, outputs, request, partial(database.transaction, instance, outputs))
    asked = in_terminal.body(instance, outputs, given)
    say("the job runs in this terminal, not as a run of Glue")
    sys.exit(terminal.run(instance, asked))


@click.command()
@click.option("--args", "arguments", envvar="ARGS", default="", help="Arguments of the job: --key value …")
def shell(arguments: str) -> None:
    """Open PySpark with the job's modules, S3 and the database at hand."""
    instance = running()
    terminal.check_runtime(instance, "shell")
    asked = in_terminal.body(instance, Terraform(instance).outputs(), job.parse_arguments(arguments))
    sys.exit(terminal.run(instance, asked, SHELL))


@click.command()
def glue_packages() -> None:
    """Install every Python package of Glue 5.1 into the worker's Python."""
    name, _ = runtime.choose()
    if name == "docker":
        say("nothing is to do: in Docker the jobs run in AWS's own Glue image, which has all packages")
        return
    java.with_all_packages()
    say("the worker's Python has every package of Glue 5.1; the next run can import them")


COMMANDS = [debug, shell, glue_packages]
