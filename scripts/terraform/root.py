"""Runs the one Terraform root, against an instance or an account."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from scripts.base.console import say, show
from scripts.base.errors import TerraformError
from scripts.base.paths import TERRAFORM, relative
from scripts.base.processes import run_foreground
from scripts.cloud.cloud import Cloud
from scripts.terraform import provider

MINIMUM = (1, 11)


class Terraform:
    """terraform on `root` with the cloud's own `TF_DATA_DIR`; the state lies in the cloud's S3."""

    def __init__(self, cloud: Cloud, root: Path = TERRAFORM) -> None:
        self.cloud, self.root = cloud, root
        self.log = cloud.folder / "logs" / "terraform.log"
        # As an argument it stands above every tfvars file, *.auto.tfvars of the user too.
        self._variables = [
            f"-var=allowed_account_ids={json.dumps([cloud.account_id])}",
            *([f"-var=aurora_ca_bundle={cloud.ca_bundle()}"] * bool(cloud.ca_bundle())),
            *cloud.plan_arguments(),
        ]

    def environment(self) -> dict[str, str]:
        """Variables that let a plain `terraform` work on this cloud."""
        here = self.cloud.aws_environment()  # an emulator's error won't go away by asking 25 times
        return {
            **here,
            **provider.choose().environment,
            **({"TF_VAR_provider_max_retries": "3"} if here else {}),
            "TF_VAR_allowed_account_ids": json.dumps([self.cloud.account_id]),
            **({"TF_VAR_aurora_ca_bundle": self.cloud.ca_bundle()} if self.cloud.ca_bundle() else {}),
            "TF_DATA_DIR": str(self.cloud.folder / "terraform"),
            "TF_IN_AUTOMATION": "true",
            "CHECKPOINT_DISABLE": "true",
        }

    def init(self) -> None:
        """Sees to the state bucket and initialises the root. Raises CommandError."""
        check_version()
        say(f"Terraform provider: {provider.choose().reason}")
        self.cloud.prepare_backend()
        backend = self.cloud.folder / "backend.s3.tfbackend"  # a file: a list can't be given as an argument
        settings = self.cloud.backend()
        backend.write_text("".join(f"{name} = {json.dumps(settings[name])}\n" for name in settings))
        arguments = ("-input=false", "-lockfile=readonly", "-reconfigure", f"-backend-config={backend}")
        try:
            self.run("init", *arguments, quiet=True)
        except TerraformError as error:
            if re.search(r"registry|could not connect|failed to (query|install|retrieve)", str(error), re.I):
                raise TerraformError(error.cause, provider.REMEDY) from None
            raise

    def apply(self, variables: dict[str, str] | None = None) -> None:
        self.run("apply", "-input=false", "-auto-approve", *self._variables, *_var(variables))

    def destroy(self) -> None:
        self.run("destroy", "-input=false", "-auto-approve", *self._variables, patient=True)

    def plan(self, file: Path, *arguments: str) -> None:
        """Shows what an apply would change and saves it to `file`."""
        self.run("plan", "-input=false", f"-out={file}", *self._variables, *arguments)

    def apply_plan(self, file: Path) -> None:
        """Applies a saved plan: that, and nothing that was decided since."""
        self.run("apply", "-input=false", str(file), patient=True)

    def show(self, *arguments: str) -> dict[str, Any]:
        """A saved plan, or without arguments the state, as `terraform show -json` gives it."""
        found: dict[str, Any] = json.loads(self._read("show", "-json", *arguments))
        return found

    def changes(self, variables: dict[str, str] | None = None) -> str:
        """What a plan would change (`-detailed-exitcode`), as terraform shows it; empty when nothing."""
        shown: list[str] = []
        arguments = ("-input=false", "-detailed-exitcode", "-no-color", *self._variables, *_var(variables))
        code = self.run("plan", *arguments, quiet=True, accept=(0, 2), lines=shown)
        return "".join(shown) if code == 2 else ""

    def outputs(self) -> dict[str, Any]:
        """Values of the root's outputs by name. Raises TerraformError when terraform/ was never applied to its end."""
        found = {name: each["value"] for name, each in json.loads(self._read("output", "-json")).items()}
        if "glue_job_performance_academica_name" not in found:
            remedy = "make local-up" if self.cloud.is_local else "make aws-plan, then make aws-apply"
            raise TerraformError("terraform/ is not applied: its state has no outputs", remedy)
        return found

    def _read(self, *arguments: str) -> str:
        """What `terraform ARGUMENTS`, which changes nothing, prints."""
        done = subprocess.run(
            ["terraform", f"-chdir={self.root}", *arguments],
            env={**self.cloud.inherited_environment(), **self.environment()},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise TerraformError(f"terraform {arguments[0]} failed:\n{done.stderr.strip()}", "apply first")
        return done.stdout

    def run(
        self,
        *arguments: str,
        quiet: bool = False,
        accept: tuple[int, ...] = (0,),
        lines: list[str] | None = None,
        patient: bool = False,
    ) -> int:
        """Runs `terraform ARGUMENTS` and returns its exit code.

        The output is logged, added to `lines`, and shown unless `quiet`. The log's last line says how the command
        ended, even where nobody sees the output any more.

        An interrupted Terraform breaks off its calls. The state then misses what AWS makes of such a call, and the
        next apply fails because that resource exists. A `patient` command therefore ignores the first interrupt, and
        the hang-up of its terminal.

        Raises:
            TerraformError: the exit code is not in `accept`.
        """
        command = ["terraform", f"-chdir={self.root}", *arguments]
        if arguments[0] in ("init", "plan", "apply", "destroy") and not os.isatty(1):
            command.append("-no-color")
        lines = [] if lines is None else lines
        with self.log.open("a") as log:

            def keep(line: str) -> None:
                log.write(line)
                log.flush()
                lines.append(line)
                if not quiet:
                    show(line)

            patience = _explain_patience if patient else None
            env = {**self.cloud.inherited_environment(), **self.environment()}
            ended = "was interrupted"
            try:
                code = run_foreground(command, env, on_line=keep, patience=patience)
                ended = f"ended with exit code {code}"
            finally:
                log.write(f"terraform {arguments[0]} {ended}\n")
        if code not in accept:
            said = "".join(lines)
            shown = f":\n{said.strip()[-4000:]}" if quiet else ""
            raise TerraformError(
                f"terraform {arguments[0]} failed{shown}", _remedy(said) or f"see {relative(self.log)}"
            )
        return code


def _explain_patience() -> None:
    show(
        "Terraform continues: if it stopped now, it could lose track of a resource that AWS is creating. "
        "Ctrl-C again stops it all the same\n"
    )


def _remedy(said: str) -> str:
    """What to do about the errors that a repeated or interrupted command meets."""
    if "Error acquiring the state lock" in said:
        return (
            "somebody else is at it, or a command was killed before it could give its lock back: wait, or, when nobody "
            "is, delete the .tflock object beside the state in the state bucket"
        )
    if re.search(r"AlreadyExists|already exists|AlreadyOwnedByYou", said):
        return (
            "an interrupted apply may have made it without noting it: delete it by hand, or take it into the state "
            "(`terraform import`), then plan again"
        )
    if "Saved plan is stale" in said:
        return "the state has changed since the plan was made: plan again"
    return ""


def check_version() -> None:
    """Raises `TerraformError` when terraform is absent or older than the root needs."""
    if not shutil.which("terraform"):
        raise TerraformError("terraform is not on PATH", "install Terraform 1.11 or later")
    done = subprocess.run(["terraform", "version", "-json"], capture_output=True, text=True)
    version = json.loads(done.stdout)["terraform_version"]
    if tuple(map(int, version.split(".")[:2])) < MINIMUM:
        raise TerraformError(f"terraform is {version}", "install Terraform 1.11 or later (the S3 backend's lock file)")


def _var(variables: dict[str, str] | None) -> list[str]:
    return [f"-var={name}={value}" for name, value in (variables or {}).items()]
