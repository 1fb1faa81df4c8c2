"""`make report` and `make aws-report`: the results, the quality and the runs as one page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from scripts.base.console import heartbeat, say
from scripts.base.errors import CommandError
from scripts.base.files import write_whole
from scripts.base.paths import TOP, expanded, relative
from scripts.case.data_api import DataApi
from scripts.cloud.account import Account
from scripts.cloud.cloud import Cloud
from scripts.commands import overview
from scripts.commands.confirming import chosen_account
from scripts.environment import parity as decided
from scripts.environment.instance import Instance
from scripts.report import facts, page, words
from scripts.terraform.root import Terraform

Function = TypeVar("Function", bound=Callable[..., Any])
FOLDER = TOP / "build" / "report"


class _File(click.Path):
    """A file, in whose path `~` means the home folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return super().convert(expanded(Path(value), "OUT"), param, ctx)


def report_options(function: Function) -> Function:
    """Adds the options `--out` (or OUT) and `--open` (or OPEN) to a command."""
    what = "The file to write, in place of one in build/report/."
    out = click.option("--out", envvar="OUT", type=_File(path_type=Path, dir_okay=False), help=what)
    opened = click.option("--open/--no-open", "opens", envvar="OPEN", default=False, help="Show it in the browser.")
    return out(opened(function))


@click.command()
@report_options
def report(out: Path | None, opens: bool) -> None:
    """Write the results, the quality and the runs as one page."""
    instance = overview.running()
    outputs = Terraform(instance).outputs()
    api = DataApi(instance, outputs)
    found = _collected(instance, outputs, api, words.HERE, partial(_decided, instance))
    _write(found, out or FOLDER / "local.html", opens)


@click.command("report")
@report_options
def aws_report(out: Path | None, opens: bool) -> None:
    """Write the results, the quality and the runs as one page."""
    account = chosen_account()
    terraform = Terraform(account)
    terraform.init()
    outputs = terraform.outputs()
    say("will read logs, rejected lines and, in a read-only transaction, the table")
    say("this wakes Aurora for some minutes (about $0.01)")
    api = DataApi(account, outputs, waking=lambda: say("Aurora was paused and is waking up …"))
    name = f"{account.account_id}-{account.environment}"
    place = f"conta {account.account_id}, {account.environment} ({words.HERE if account.is_local else account.region})"
    parity = partial(_decided, account) if account.is_local else lambda run_id: words.DECIDED_BY_AWS
    _write(_collected(account, outputs, api, place, parity), out or FOLDER / f"{name}.html", opens)


def _collected(
    cloud: Cloud, outputs: Mapping[str, Any], api: DataApi, place: str, parity: Callable[[str], Mapping[str, Any] | str]
) -> facts.Facts:
    with heartbeat("collecting results, counts and rejected lines"):
        return facts.collect(cloud, outputs, api, place, parity)


def _write(found: facts.Facts, path: Path, opens: bool) -> None:
    """Writes the page, says where, and shows it if `opens`.

    Raises:
        CommandError: a chart can't be drawn, or nothing shows the page.
    """
    with heartbeat("drawing the page"):
        text = page.html(found)
    path.parent.mkdir(parents=True, exist_ok=True)
    # It may hold personal data: examples of rejected lines.
    write_whole(path, text.encode(), 0o600)
    say(f"the report is {relative(path.resolve())}; any browser shows and prints it, and it needs no other file")
    if opens and not _shown(path.resolve()):
        raise CommandError("no program of this machine shows the report", f"open {path.resolve()} in a browser")


def _shown(path: Path) -> bool:
    """Hands the page to the program that shows such files. Returns False where there is none."""
    try:
        return click.launch(str(path)) == 0
    except OSError:
        return False


def _decided(where: Instance | Account, run_id: str) -> Mapping[str, Any] | str:
    """Returns the report on a run, or a sentence where LocalStack has started anew since the run."""
    try:
        return decided.report(where, run_id)
    except CommandError:
        return words.FORGOTTEN
