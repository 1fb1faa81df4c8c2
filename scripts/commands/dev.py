"""`make dev`: runs the job on each save, and shows which rows of the table that changed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import click
import requests

from glue_scripts.table import NAME
from scripts.base.console import complain, say
from scripts.base.errors import CommandError
from scripts.base.paths import relative
from scripts.case import changes, queries, saves
from scripts.case.data_api import DataApi
from scripts.cloud.refusals import KNOWN, message
from scripts.commands import deploy, grids, look, overview, runs
from scripts.environment import database, state
from scripts.environment.database import ANALYSIS
from scripts.environment.instance import Instance
from scripts.terraform.root import Terraform

FIRST = 20  # rows that are shown of those that changed


@click.command()
@runs.run_options
@click.option("--limit", envvar="LIMIT", default=FIRST, type=click.IntRange(min=1), help="How many rows to show.")
def dev(data: Path | None, arguments: str, fresh: bool, limit: int) -> None:
    """Run the job on each save of its scripts, the source files and sql/, and show what changed."""
    request = runs.Request.of(data, arguments, fresh)
    overview.running()
    watched = saves.Saves(request.data.folder if request.data else None)
    waits = f"watching {', '.join(f'{relative(each)}/' for each in watched.folders)}; Ctrl-C ends"
    say(waits)
    try:
        for saved in watched.groups():
            say(f"saved: {', '.join(relative(each) for each in saved)}")
            _answer(saved, data, arguments, fresh, limit)
            say(waits)
    except KeyboardInterrupt:
        say("no longer watching")


def _answer(saved: Sequence[Path], data: Path | None, arguments: str, fresh: bool, limit: int) -> None:
    """Runs the job, or shows the analyses where only they were saved. Prints an error instead of raising it."""
    try:
        instance = overview.running()
        if saves.wants_run(saved):
            _run(instance, data, arguments, fresh, limit)
        if ANALYSIS in saved:
            look.show_results(DataApi(instance, Terraform(instance).outputs()), queries.chosen("", ""))
    except KNOWN as error:
        if os.environ.get("TRACEBACK") and not isinstance(error, CommandError):
            raise
        complain(message(error))


def _run(instance: Instance, data: Path | None, arguments: str, fresh: bool, limit: int) -> None:
    request = runs.Request.of(data, arguments, fresh)  # anew: a file may have come or gone
    outputs = deploy.before_a_run(instance, True)
    transaction = partial(database.transaction, instance, outputs)
    with transaction() as execute:
        before = changes.read(execute)
    typed = runs.typed("make run", data, arguments, fresh)
    ended = runs.carry_out(instance, outputs, request, transaction, with_log=False)
    try:
        runs.report(instance, outputs, ended, typed, transaction)
    finally:
        with suppress(requests.RequestException):  # the run is what was asked for
            state.save(instance)
    with transaction() as execute:
        after = changes.read(execute)
    _show(before, after, limit)


def _show(before: changes.Rows | None, after: changes.Rows | None, limit: int) -> None:
    if before is None or after is None:
        say(f"{NAME} has more than {changes.MOST_ROWS} rows, so the rows that changed are not shown")
        return
    result, count = changes.between(before, after, limit)
    if not count:
        say("no row changed")
        return
    more = "" if count <= limit else f"; LIMIT={count} shows all"
    grids.show(result, "rows that changed", f"{len(result.rows)} of {count} rows{more}")


COMMANDS = [dev]
