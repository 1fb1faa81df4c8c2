"""What `make run` does before a run: it deploys what is saved, or says what of it is not deployed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from scripts.base.console import say, step
from scripts.base.errors import CommandError
from scripts.case import deployment, job
from scripts.case.deployment import Difference, State
from scripts.environment import database, inputs, lifecycle
from scripts.environment.instance import Instance
from scripts.terraform import sources
from scripts.terraform.root import Terraform

option = click.option(
    "--deploy/--no-deploy", "deploys", envvar="DEPLOY", default=True, help="Deploy what is saved first."
)


def before_a_run(instance: Instance, deploys: bool) -> dict[str, Any]:
    """Deploys what is saved, or without `deploys` says what of it is not deployed. Returns Terraform's outputs.

    Raises:
        JobError: a run is under way. Nothing was changed.
    """
    terraform = Terraform(instance)
    given = inputs.of(instance)
    state = terraform.state()
    outputs = terraform.outputs(state)
    job.check_idle(instance, outputs)
    (_deploy if deploys else _compare)(instance, terraform, state)
    if deploys:
        inputs.deployed(instance, given)
    return outputs


def _deploy(instance: Instance, terraform: Terraform, state: State) -> None:
    """Makes the files in the data bucket and the table as they are saved, with Terraform's state true to them.

    `state` is Terraform's state as it is stored now.
    """
    outputs = terraform.outputs(state)
    with step("comparing what is saved with what is deployed"):
        found = deployment.differences(instance, outputs["bucket_data_name"], state)
    if ours := [each for each in found if not each.is_left]:
        _say(ours)
        if any(each.needs_apply for each in ours):
            _apply(instance, terraform)
            state = terraform.state()
            found = deployment.differences(instance, outputs["bucket_data_name"], state)
        if remaining := [each for each in found if not each.is_left]:
            terraform.store(deployment.put(instance, outputs["bucket_data_name"], state, remaining))
        say("deployed: " + ", ".join(each.key for each in ours))
    _say_left(found)
    _say_terraform(instance)
    database.update_tables(instance, outputs)


def _compare(instance: Instance, terraform: Terraform, state: State) -> None:
    """Says what is saved and not deployed. Changes nothing."""
    outputs = terraform.outputs(state)
    with step("comparing what is saved with what is deployed"):
        found = deployment.differences(instance, outputs["bucket_data_name"], state)
        pending = _pending(instance, outputs)
    ours = [each for each in found if not each.is_left]
    _say(ours)
    for text in pending:
        say(f"  {text}")
    if ours or pending:
        say("DEPLOY=0: this run uses what is deployed, not what is saved")
    _say_left(found)
    _say_terraform(instance)


def _pending(instance: Instance, outputs: dict[str, Any]) -> list[str]:
    try:
        return [f"{file} would change the table" for file in database.pending_changes(instance, outputs)]
    except CommandError as error:
        return [error.cause]


def _apply(instance: Instance, terraform: Terraform) -> None:
    say("applying terraform/, because the job's arguments and the state list these files one by one")
    applied = sources.hashes()
    lifecycle.apply(instance, terraform, refresh=False)
    sources.remember(instance.folder, applied)


def _say(found: Sequence[Difference]) -> None:
    for each in found:
        say(f"  {each}")


def _say_left(found: Sequence[Difference]) -> None:
    for each in found:
        if each.is_left:
            say(f"{each}: {each.key} is somebody's own file. It stays, and a run without DATA reads it")


def _say_terraform(instance: Instance) -> None:
    if changed := sources.changed(instance.folder):
        say(f"changed since terraform/ was last applied: {', '.join(changed)} (`make local-up` applies it)")
