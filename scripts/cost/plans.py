"""Plans the environments in `terraform/environments/` without an AWS account."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from scripts.base.errors import CommandError
from scripts.base.paths import LOCAL, TERRAFORM
from scripts.environment import lifecycle as environments
from scripts.environment.instance import Instance, Ports
from scripts.terraform.root import Terraform

ENVIRONMENTS = ("dev", "prod")


def make(names: tuple[str, ...] = ENVIRONMENTS) -> dict[str, dict[str, Any]]:
    """The plans' JSON by environment, made in an emulator of its own with nothing in it, which is removed again."""
    environments.setup("embedded")
    instance = Instance.open(LOCAL / f"plans-{os.getpid()}", Ports.free())
    with environments.running(instance):
        terraform = Terraform(instance)
        terraform.init()
        return {name: of(terraform, name, instance.folder) for name in names}


def of(terraform: Terraform, name: str, folder: Path) -> dict[str, Any]:
    """The JSON of a plan of environment `name`, which is saved in `folder`. `terraform` must be initialised.

    Raises:
        CommandError: no such environment exists.
        TerraformError: Terraform makes no plan.
    """
    variables, saved = TERRAFORM / "environments" / f"{name}.tfvars", folder / f"{name}.tfplan"
    if not variables.exists():
        raise CommandError(f"environment {name!r} does not exist", f"choose one of {', '.join(ENVIRONMENTS)}")
    terraform.run("plan", "-input=false", "-lock=false", f"-var-file={variables}", f"-out={saved}", quiet=True)
    shown: list[str] = []
    terraform.run("show", "-json", str(saved), quiet=True, lines=shown)
    return parse("".join(shown))


def read(path: Path) -> dict[str, Any]:
    """The plan in a file that `terraform show -json` wrote.

    Raises:
        CommandError: the file can't be read, or holds something else.
    """
    try:
        return parse(path.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} can't be read: {error}", "name a file that you can read: PLAN=plan.json") from None


def parse(text: str) -> dict[str, Any]:
    """The plan in `text`.

    Raises:
        CommandError: `text` is not the JSON of a plan.
    """
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict) or "resource_changes" not in document:
        raise CommandError("this is not the JSON of a plan", "make it with `terraform show -json PLANFILE`")
    return document
