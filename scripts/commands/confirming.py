"""What every command of an AWS account begins with: the guard, and the question before a change."""

from __future__ import annotations

import os

import click

from scripts.base.console import say
from scripts.base.errors import CommandError
from scripts.cloud.account import Account


def chosen_account() -> Account:
    """Returns the account that the user chose, and says which.

    Raises:
        GuardError: the guard refuses it.
    """
    found = Account.chosen()
    say(found.describe())
    return found


def ask(account: Account, *lines: str) -> None:
    """Says what will happen, and asks for the account's number unless YES=1 is set.

    Raises:
        CommandError: the user typed something else.
    """
    for line in lines:
        say(line)
    if os.environ.get("YES") == "1":
        return
    try:
        typed = click.prompt("type the account's number to continue", default="", show_default=False)
    except click.Abort:
        typed = ""
    if typed.strip() != account.account_id:
        raise CommandError(
            "the account's number was not confirmed, so nothing was changed",
            "run the same command again and type the account's 12 digits when asked, or set YES=1",
        )
