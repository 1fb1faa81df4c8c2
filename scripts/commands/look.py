"""The commands that show something and change nothing: state, logs, queries, rows, rejected lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from glue_scripts.table import NAME
from scripts.base.console import err, heartbeat, out, printable, say
from scripts.base.errors import NotRunningError
from scripts.case import failures, queries, rejects
from scripts.case.chosen import chosen_run
from scripts.case.data_api import DataApi
from scripts.case.logs import log_lines
from scripts.case.statements import Statement
from scripts.case.watching import watch
from scripts.commands import grids, overview
from scripts.terraform.root import Terraform

Function = TypeVar("Function", bound=Callable[..., Any])
FIRST = 10  # lines of each rule, and rows


def query_options(function: Function) -> Function:
    """Adds the options `--sql` (or SQL) and `--name` (or NAME) to a command."""
    sql = click.option("--sql", envvar="SQL", default="", help="Statements that read.")
    name = click.option("--name", "names", envvar="NAME", default="", help="Analyses of sql/02_analysis_queries.sql.")
    return sql(name(function))


def show_results(api: DataApi, wanted: Sequence[Statement]) -> None:
    """Prints the result of each statement as a table."""
    with heartbeat("the database computes", to=err):
        for statement, result in queries.results(api, wanted):
            grids.show(result, statement.name)


@click.command()
@click.option("--json", "as_json", envvar="JSON", is_flag=True, help="Print one JSON object and nothing else.")
def status(as_json: bool) -> None:
    """Show what runs, where, and the last runs of the job. Fails when a part is down."""
    found = overview.overview()
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        overview.show_all(found)
    if not found["ready"]:
        raise NotRunningError(f"the environment is not ready: {found['problem']}", found["remedy"])


@click.command()
@click.option("--run-id", envvar="RUN_ID", default="", help="The run; by default the last one.")
@click.option("--group", envvar="GROUP", default="error", help="Log group: output or error.")
@click.option("--follow", "-f", envvar="FOLLOW", is_flag=True, help="Show new lines until the run has ended.")
def logs(run_id: str, group: str, follow: bool) -> None:
    """Show the log of a run."""
    instance = overview.running()
    outputs = Terraform(instance).outputs()
    run = chosen_run(instance, outputs, run_id)
    if follow:
        ended = watch(instance, outputs, run.id, group, show=say)
        say(f"run {ended.id} is {ended.state}" + (f": {ended.error}" if ended.error else ""))
        return
    lines = log_lines(instance, outputs, run, group)
    for line in lines:
        say(line)
    if not lines:
        click.echo(f"run {run.id} ({run.state}) logged nothing to the group {group}", err=True)


@click.command()
@query_options
def query(sql: str, names: str) -> None:
    """Show the analyses, those that NAME=… lists, or the result of SQL=…."""
    wanted = queries.chosen(sql, names)
    instance = overview.running()
    show_results(DataApi(instance, Terraform(instance).outputs()), wanted)


@click.command()
@click.option("--limit", envvar="LIMIT", default=FIRST, type=click.IntRange(min=1), help="How many rows.")
def rows(limit: int) -> None:
    """Show the first rows of the table, in the order of its key."""
    instance = overview.running()
    outputs = Terraform(instance).outputs()
    with heartbeat("the database computes", to=err):
        result, count = queries.first_rows(DataApi(instance, outputs), limit)
    more = "" if count <= limit else f"; LIMIT={min(count, 10 * limit)} shows more, `make query SQL=…` others"
    grids.show(result, NAME, f"{len(result.rows)} of {count} rows{more}")


@click.command(name="rejects")
@click.option("--run-id", envvar="RUN_ID", default="", help="The run; by default the last one.")
@click.option("--rule", envvar="RULE", default="", help="Only the lines that this rule rejected.")
@click.option("--limit", envvar="LIMIT", default=FIRST, type=click.IntRange(min=1), help="Lines of each rule.")
def rejects_(run_id: str, rule: str, limit: int) -> None:
    """Show the lines that a run rejected, by rule."""
    instance = overview.running()
    outputs = Terraform(instance).outputs()
    run = chosen_run(instance, outputs, run_id)
    with heartbeat("reading the rejected lines", to=err):
        found = rejects.rejected_lines(instance, outputs, run, limit, rule)
    total = sum(each.count for each in found.values())
    say(f"run {run.id} is {run.state} and rejected {total} line{'s' * (total != 1)}")
    for name, broken in found.items():
        out.print(f"\n{name}: {broken.count}", style="bold", markup=False)
        for line in broken.first:
            say(f"  {line.file}:{line.line_number}  {printable(line.raw_line)}")
        if rest := broken.count - len(broken.first):
            say(f"  … and {rest} more: make rejects RUN_ID={run.id} RULE={name} LIMIT={broken.count}")
        if told := failures.hint(name, failures.Typed(arguments=run.own_arguments)):
            say(f"  -> {told}")
    if found:
        say(f"\nall of them, as Parquet (file, line_number, raw_line, rule): {rejects.folder(outputs, run)}")


COMMANDS = [status, logs, query, rows, rejects_]
