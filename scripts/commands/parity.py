"""The command that shows what AWS decides on the requests of a run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

from scripts.base.console import out, say
from scripts.case.chosen import chosen_run
from scripts.commands import overview
from scripts.environment import parity as decided
from scripts.terraform.root import Terraform


@click.command()
@click.option("--run-id", envvar="RUN_ID", default="", help="The run; by default the last one.")
@click.option("--json", "as_json", envvar="JSON", is_flag=True, help="Print one JSON object and nothing else.")
def parity(run_id: str, as_json: bool) -> None:
    """Show what AWS decides on the requests of a run, the rights that it did not use, and the least policy."""
    instance = overview.running()
    run = chosen_run(instance, Terraform(instance).outputs(), run_id)
    report = decided.report(instance, run.id)
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False))
        return
    say(f"run {run.id} is {run.state}; role {report['role']}; PARITY={report['mode']}")
    for outcome in ("refused", "not judged", "allowed"):
        _show_decisions(outcome, [each for each in report["decisions"] if each["outcome"] == outcome])
    if routes := report.get("routes"):
        out.print("\nroutes", style="bold")
        for line in routes:
            click.echo(f"  {line}")
    _show_unused(report["unused"])
    out.print("\nleast policy (what this run used)", style="bold")
    click.echo(json.dumps(report["least_policy"], indent=2))


def _show_decisions(outcome: str, decisions: Sequence[Mapping[str, Any]]) -> None:
    if not decisions:
        return
    out.print(f"\n{outcome}", style="bold")
    for each in decisions:
        through = "" if each["call"] == each["action"] else f" ({each['call']})"
        resource = each["resource"] or "a resource that is not judged"
        click.echo(f"{each['count']:>6}  {each['action']}{through} on {resource}")
        for line in [each["reason"]] if "reason" in each else each["by"]:
            click.echo(f"        {line}")


def _show_unused(unused: Sequence[Mapping[str, Any]]) -> None:
    if not unused:
        return
    out.print("\nnot used by this run (another run, or one that fails, may need it)", style="bold")
    for each in unused:
        click.echo(f"  {each['statement']} of {each['policy']}")
        for kind in ("actions", "resources"):
            if each[kind]:
                click.echo(f"    {kind}: {', '.join(each[kind])}")
