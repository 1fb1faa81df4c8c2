"""`make snapshot`, `make restore`, `make snapshots`: named copies of the local environment's data."""

from __future__ import annotations

from contextlib import suppress

import click

from scripts.base.console import say
from scripts.base.errors import CommandError, TerraformError
from scripts.case import job
from scripts.commands import overview
from scripts.environment import lifecycle, snapshots
from scripts.environment.instance import user_instance_folder
from scripts.terraform.root import Terraform

_name = click.option("--name", envvar="NAME", default="", help="Name of the snapshot.")


@click.command()
@_name
def snapshot(name: str) -> None:
    """Copy the environment's data under a name."""
    snapshots.check_name(_named(name, "snapshot"))
    with lifecycle.alone(user_instance_folder()):
        instance = overview.running()
        job.check_idle(instance, Terraform(instance).outputs())
        snapshots.make(instance, name)
    say(f"the snapshot {name} is whole; `make restore NAME={name}` goes back to it")


@click.command()
@_name
def restore(name: str) -> None:
    """Give the environment the data of a snapshot, and start it."""
    snapshots.check_found(_named(name, "restore"))
    folder = user_instance_folder()
    with lifecycle.alone(folder):
        instance = lifecycle.opened(folder)
        if lifecycle.is_running(instance):
            with suppress(TerraformError):  # without an applied terraform/ there is no run, and what is there goes
                job.check_idle(instance, Terraform(instance).outputs())
        snapshots.put_back(instance, name)
    say(f"the environment has the data of the snapshot {name}")
    overview.show(instance)


@click.command("snapshots")
def show_all() -> None:
    """List the snapshots."""
    found = snapshots.found()
    if not found:
        say("there are no snapshots; `make snapshot NAME=…` makes one of the running environment")
        return
    for each in found:
        say(f"{each.name}  {each.made.astimezone():%Y-%m-%d %H:%M:%S}  {each.runtime}  {each.size / 1e6:.0f} MB")


def _named(name: str, target: str) -> str:
    if not name:
        raise CommandError("NAME is missing", f"give the snapshot a name: make {target} NAME=before-merge")
    return name


COMMANDS = [snapshot, restore, show_all]
