"""Plans of the environments in `terraform/environments/`, made without an AWS account."""

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
    """The plans' JSON by environment, of an account with nothing in it: an emulator of its own, ended again."""
    environments.setup("embedded")
    instance = Instance.open(LOCAL / f"plans-{os.getpid()}", Ports.free())
    with environments.running(instance):
        terraform = Terraform(instance)
        terraform.init()
        return {name: of(terraform, name, instance.folder) for name in names}


def of(terraform: Terraform, name: str, folder: Path) -> dict[str, Any]:
    """JSON of the plan of environment `name`, which is saved in `folder`; `terraform` must be initialised.

    Raises:
        CommandError: there is no such environment; TerraformError when Terraform makes no plan.
    """
    variables, saved = TERRAFORM / "environments" / f"{name}.tfvars", folder / f"{name}.tfplan"
    if not variables.exists():
        raise CommandError(f"there is no environment {name!r}", f"one of {', '.join(ENVIRONMENTS)}")
    terraform.run("plan", "-input=false", "-lock=false", f"-var-file={variables}", f"-out={saved}", quiet=True)
    shown: list[str] = []
    terraform.run("show", "-json", str(saved), quiet=True, lines=shown)
    return parse("".join(shown))


def read(path: Path) -> dict[str, Any]:
    """A plan's JSON from a file that `terraform show -json` wrote. Raises CommandError when it is none."""
    try:
        return parse(path.read_text())
    except OSError as error:
        raise CommandError(f"{path} can't be read: {error.strerror}", "give the file as PLAN=plan.json") from None


def parse(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict) or "resource_changes" not in document:
        raise CommandError("this is no plan's JSON", "make it by `terraform show -json PLANFILE`")
    return document
