"""`make test-aws-parity`: asks AWS what the emulator claims of it."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.table import Table

from scripts.base.console import heartbeat, out, say
from scripts.base.paths import relative
from scripts.claims import catalogue, leftovers, names, price, recordings
from scripts.claims import run as runs
from scripts.claims.place import Place
from scripts.cloud.account import Account
from scripts.commands.confirming import ask, chosen_account


@click.command("parity")
@click.option("--claims", "listed", envvar="CLAIMS", default="", help="Claims to ask, separated by commas.")
@click.option("--keys", "with_keys", envvar="KEYS", is_flag=True, help="Ask those that need KMS keys too.")
@click.option("--record", envvar="RECORD", is_flag=True, help="Replace recordings instead of comparing with them.")
@click.option("--clean", envvar="CLEAN", is_flag=True, help="List and remove what an interrupted run left.")
def aws_parity(listed: str, with_keys: bool, record: bool, clean: bool) -> None:
    """Ask AWS what the emulator claims of it, and record the answers."""
    claims = catalogue.chosen(listed, with_keys)
    account = chosen_account()
    place = Place(account.account_id, account.region, account.caller, account.endpoint_url, account.keys)
    if clean:
        _clean(account, place)
        return
    ask(account, *price.lines(claims))
    folder = _folder(account)
    run = runs.Run(place, folder, replace=record)
    done: list[runs.Result] = []
    with runs.stage(place, say) as stage, heartbeat(lambda: f"asked {len(done)} of {len(claims)} claims"):
        done.extend(run.ask(stage, claim) for claim in claims)
    _show(done)
    say(f"{sum(each.recorded for each in done)} recorded in {relative(folder)}")
    if place.is_local:
        say("the emulator said this, not AWS: nothing is settled")
    sys.exit(1 if any(each.fault for each in done) else 0)


def _folder(account: Account) -> Path:
    """The recordings in the repository are AWS's. A rehearsal has a folder of its own."""
    return account.folder / "recordings" if account.is_local else recordings.FOLDER


def _clean(account: Account, place: Place) -> None:
    found = leftovers.find(place)
    for each in found.unseen:
        say(f"could not be looked for: {each}")
    if not found.things:
        say("nothing is left" + (" of what could be looked for" if found.unseen else ""))
        return
    ask(
        account,
        *(f"will remove {each}" for each in found.things),
        "another person's run that has not ended loses its things too",
    )
    runs.clean(place, found.things, names.PREFIX, say)


def _show(done: list[runs.Result]) -> None:
    wrong = [each for each in done if each.fault]
    if wrong:
        table = Table("claim", "what differs", title="Not as claimed")
        for each in wrong:
            table.add_row(each.claim.name, each.fault)
        out.print(table)
    say(f"{len(done) - len(wrong)} of {len(done)} claims are as claimed")


COMMANDS = [aws_parity]
