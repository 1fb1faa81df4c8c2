"""Runs the one Terraform root against an instance."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from typing import Any

from scripts import provider_source
from scripts.aws import ensure_state_bucket
from scripts.console import say
from scripts.errors import TerraformError
from scripts.instance import ACCOUNT, Instance, clean_environment
from scripts.paths import TERRAFORM
from scripts.processes import run_foreground

MINIMUM = (1, 11)


class Terraform:
    """terraform on ``terraform/`` with the instance's own ``TF_DATA_DIR``; the state lies in the instance's S3."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.log = instance.folder / "logs" / "terraform.log"

    def environment(self) -> dict[str, str]:
        """Variables that let a plain ``terraform`` work on this instance."""
        source = provider_source.choose()
        return {
            **self.instance.aws_environment(),
            **source.environment,
            "TF_DATA_DIR": str(self.instance.folder / "terraform"),
            "TF_VAR_allowed_account_ids": json.dumps([ACCOUNT]),
            "TF_VAR_provider_max_retries": "3",
            "TF_IN_AUTOMATION": "true",
            "CHECKPOINT_DISABLE": "true",
        }

    def init(self) -> None:
        """Creates the state bucket and initialises the root. Raises :class:`TerraformError`."""
        check_version()
        say(f"Terraform provider: {provider_source.choose().reason}")
        ensure_state_bucket(self.instance)
        try:
            self.run("init", "-input=false", "-lockfile=readonly", "-reconfigure", quiet=True)
        except TerraformError as error:
            if re.search(r"registry|could not connect|failed to (query|install|retrieve)", str(error), re.I):
                raise TerraformError(error.cause, provider_source.REMEDY) from None
            raise

    def apply(self, variables: dict[str, str] | None = None) -> None:
        self.run("apply", "-input=false", "-auto-approve", *_var(variables))

    def destroy(self) -> None:
        self.run("destroy", "-input=false", "-auto-approve")

    def changes(self, variables: dict[str, str] | None = None) -> str:
        """What a plan would change (``-detailed-exitcode``), as terraform shows it; empty when nothing."""
        shown: list[str] = []
        arguments = ("-input=false", "-detailed-exitcode", "-no-color", *_var(variables))
        code = self.run("plan", *arguments, quiet=True, accept=(0, 2), lines=shown)
        return "".join(shown) if code == 2 else ""

    def outputs(self) -> dict[str, Any]:
        """Values of the root's outputs by name."""
        done = subprocess.run(
            ["terraform", f"-chdir={TERRAFORM}", "output", "-json"],
            env={**clean_environment(), **self.environment()},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise TerraformError(done.stderr.strip(), "apply first: make local-up")
        return {name: each["value"] for name, each in json.loads(done.stdout).items()}

    def run(
        self,
        *arguments: str,
        quiet: bool = False,
        accept: tuple[int, ...] = (0,),
        lines: list[str] | None = None,
    ) -> int:
        """Runs ``terraform ARGUMENTS``; its exit code. Output is shown unless ``quiet``, logged, added to ``lines``."""
        command = ["terraform", f"-chdir={TERRAFORM}", *arguments]
        if arguments[0] in ("init", "apply", "destroy") and not os.isatty(1):
            command.append("-no-color")
        lines = [] if lines is None else lines
        with self.log.open("a") as log:

            def keep(line: str) -> None:
                log.write(line)
                lines.append(line)
                if not quiet:
                    print(line, end="", flush=True)

            code = run_foreground(command, {**clean_environment(), **self.environment()}, on_line=keep)
        if code not in accept:
            shown = "".join(lines[-40:]).strip()
            raise TerraformError(
                f"terraform {arguments[0]} failed" + (f":\n{shown}" if quiet else ""), f"see {self.log}"
            )
        return code


def check_version() -> None:
    """Raises :class:`TerraformError` when terraform is absent or older than the root needs."""
    if not shutil.which("terraform"):
        raise TerraformError("terraform is not on PATH", "install Terraform 1.11 or later")
    done = subprocess.run(["terraform", "version", "-json"], capture_output=True, text=True)
    version = json.loads(done.stdout)["terraform_version"]
    if tuple(map(int, version.split(".")[:2])) < MINIMUM:
        raise TerraformError(f"terraform is {version}", "install Terraform 1.11 or later (the S3 backend's lock file)")


def _var(variables: dict[str, str] | None) -> list[str]:
    return [f"-var={name}={value}" for name, value in (variables or {}).items()]
