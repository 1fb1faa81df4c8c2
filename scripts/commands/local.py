"""The commands of the local environment."""

from __future__ import annotations

import shlex
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import click
import requests

from scripts.base.console import say
from scripts.commands import deploy, overview, runs
from scripts.environment import database, lifecycle, runtime, state
from scripts.environment.instance import Instance, user_instance_folder
from scripts.terraform.root import Terraform


@click.command()
def setup() -> None:
    """Fetch and build everything that the environment needs."""
    name, reason = runtime.choose()
    say(f"runtime: {name} ({reason})")
    lifecycle.setup(name)
    say("set-up is complete")


@click.command()
@click.option("--plan/--no-plan", envvar="PLAN", default=False, help="Have Terraform compare, whatever has changed.")
def up(plan: bool) -> None:
    """Start the environment, apply terraform/, create the tables."""
    folder = user_instance_folder()
    with lifecycle.alone(folder):
        instance = lifecycle.opened(folder)
        already = lifecycle.is_running(instance)
        with lifecycle.stopped_on_interrupt(instance):
            lifecycle.start(instance)
            changed = lifecycle.provision(instance, plan=plan)
    if already and not changed:
        say("the environment was already running; nothing changed")
    overview.show(instance)
    say('next: `make run`; for your shell: eval "$(make -s env)"')


@click.command()
def down() -> None:
    """Stop the environment; what it has stays for the next start."""
    folder = user_instance_folder()
    with lifecycle.alone(folder):
        instance = Instance.load(folder)
        stopped = lifecycle.stop(instance) if instance else False
    say("the environment is stopped" if stopped else "nothing was running")


@click.command()
def reset() -> None:
    """Stop the environment and remove its data."""
    folder = user_instance_folder()
    with lifecycle.alone(folder):
        if instance := Instance.load(folder):
            lifecycle.remove(instance)
    say("the environment and its data are gone; the next `make local-up` starts from nothing")


@click.command()
@runs.run_options
@deploy.option
@runs.ui_option
def run(data: Path | None, arguments: str, fresh: bool, deploys: bool, ui: bool) -> None:
    """Deploy what is saved, and run the job once, following its log."""
    request = runs.Request.of(data, arguments, fresh)
    instance = overview.running()
    outputs = deploy.before_a_run(instance, deploys)
    request = replace(request, arguments=runs.with_ui(instance, outputs, request.arguments, ui, "run UI=1"))
    transaction = partial(database.transaction, instance, outputs)
    ended = runs.carry_out(instance, outputs, request, transaction)
    typed = runs.typed("make run", data, arguments, fresh)
    try:
        runs.report(instance, outputs, ended, typed, transaction)
    finally:
        with suppress(requests.RequestException):  # the run is what was asked for
            state.save(instance)


@click.command()
@click.pass_obj
def env(inherited: list[str]) -> None:
    """Print export lines for terraform, aws, boto3 and psql."""
    instance = overview.running()
    terraform = Terraform(instance)
    outputs = terraform.outputs()
    variables = terraform.environment()
    found = database.parameters(instance, outputs)
    variables |= {
        "PGHOST": str(found["host"]),
        "PGPORT": str(found["port"]),
        "PGDATABASE": str(found["dbname"]),
        "PGUSER": str(found["user"]),
        "PGSSLMODE": str(found["sslmode"]),
        "PGSSLROOTCERT": str(found["sslrootcert"]),
        **({"PGHOSTADDR": found["hostaddr"]} if "hostaddr" in found else {}),
        "PGPASSFILE": str(database.write_pgpass(instance, outputs)),
    }
    # The shell must also lose the variables that could lead an SDK to a real account.
    for name in inherited:
        if name not in variables:
            click.echo(f"unset {name}")
    for name, value in variables.items():
        click.echo(f"export {name}={shlex.quote(value)}")


COMMANDS = [setup, up, down, reset, run, env]
