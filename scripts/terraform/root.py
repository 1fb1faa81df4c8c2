"""Runs the one Terraform root, against an instance or an account."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from scripts.base.certificates import write_private
from scripts.base.console import err, heartbeat, say, show
from scripts.base.errors import TerraformError
from scripts.base.paths import TERRAFORM, relative
from scripts.base.processes import run_foreground
from scripts.cloud.cloud import Cloud
from scripts.doctor import programs
from scripts.doctor.finding import FAILURE
from scripts.terraform import leftovers, provider

# The outputs that the commands read. Terraform leaves out an output that is null, so not all are in every state.
ALWAYS = (
    "aurora_cluster_endpoint",
    "aurora_cluster_identifier",
    "aurora_cluster_port",
    "aurora_database_name",
    "bucket_data_name",
    "glue_job_performance_academica_name",
    "glue_log_group_error",
    "glue_log_group_output",
    "secret_manager_aurora_credentials_arn",
)
_PROVIDER_GONE = re.compile(r"[Pp]lugin (process exited|did not respond|exited)|plugin.* crashed|transport is closing")
_EXISTS = re.compile(r"AlreadyExists|already exists|AlreadyOwnedByYou")


class Terraform:
    """Runs terraform on `root` with the cloud's own `TF_DATA_DIR`. The state lies in the cloud's S3."""

    def __init__(self, cloud: Cloud, root: Path = TERRAFORM) -> None:
        self.cloud, self.root = cloud, root
        self.log = cloud.folder / "logs" / "terraform.log"
        # An argument overrides every tfvars file, also the user's *.auto.tfvars.
        self._variables = [
            f"-var=allowed_account_ids={json.dumps([cloud.account_id])}",
            *([f"-var=aurora_ca_bundle={cloud.ca_bundle()}"] * bool(cloud.ca_bundle())),
            *cloud.plan_arguments(),
        ]

    def environment(self) -> dict[str, str]:
        """The variables with which a plain `terraform` works on this cloud."""
        here = self.cloud.aws_environment()  # 25 attempts, the default, don't mend an emulator's error
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
        """Prepares the state bucket and initialises the root.

        Raises:
            CommandError: Terraform is missing or too old, the bucket can't be used, or the provider can't be fetched.
        """
        check_version()
        if self.cloud.is_local:
            leftovers.end_orphans(self.cloud)
        say(f"Terraform provider: {provider.choose().reason}")
        self.cloud.prepare_backend()
        self._unlock()
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

    def apply(
        self, variables: dict[str, str] | None = None, *, refresh: bool = True, lines: list[str] | None = None
    ) -> None:
        """Makes everything as the configuration says. Without `refresh` Terraform trusts its state, and is faster.

        Terraform's output is shown, or added to `lines` where the caller gives one.
        """
        self._init_if_never()
        self._unlock()
        fast = [] if refresh else ["-refresh=false"]
        arguments = ("-input=false", "-auto-approve", *fast, *self._variables, *_var(variables))
        self.run("apply", *arguments, lines=lines, quiet=lines is not None)

    def _init_if_never(self) -> None:
        """Initialises the root of an environment whose data came from a snapshot: Terraform has not seen it yet."""
        if not (self.cloud.folder / "terraform" / "terraform.tfstate").exists():
            self.init()

    def destroy(self) -> None:
        self.run("destroy", "-input=false", "-auto-approve", *self._variables, patient=True)

    def plan(self, file: Path, *arguments: str) -> None:
        """Shows what an apply would change, and saves the plan to `file`."""
        try:
            self.run("plan", "-input=false", f"-out={file}", *self._variables, *arguments)
        except BaseException:
            file.unlink(missing_ok=True)  # Terraform also saves a plan that failed, and then refuses to apply it
            raise

    def apply_plan(self, file: Path) -> None:
        """Applies a saved plan and nothing else."""
        self.run("apply", "-input=false", str(file), patient=True)

    def show(self, *arguments: str) -> dict[str, Any]:
        """The JSON of a saved plan, or without arguments of the state, from `terraform show -json`."""
        found: dict[str, Any] = json.loads(self._read("show", "-json", *arguments))
        return found

    def changes(self, variables: dict[str, str] | None = None) -> str:
        """The changes of a plan, as terraform shows them; empty if there are none."""
        shown: list[str] = []
        arguments = ("-input=false", "-detailed-exitcode", "-no-color", *self._variables, *_var(variables))
        code = self.run("plan", *arguments, quiet=True, accept=(0, 2), lines=shown)
        return "".join(shown) if code == 2 else ""

    def has_outputs(self) -> bool:
        """Returns whether an apply of the root has reached its end since the state was new."""
        return set(ALWAYS).issubset(self._output_values(None))

    def state(self) -> dict[str, Any]:
        """The state as it is stored, of format version 4; empty before the first apply.

        A local state is read from its bucket: Terraform takes most of a second for it.
        """
        if self.cloud.is_local:
            return leftovers.stored_state(self.cloud)
        found: dict[str, Any] = json.loads(self._read("state", "pull") or "{}")
        return found

    def _unlock(self) -> None:
        """Drops the lock that a killed Terraform left, where the state is nobody else's."""
        if self.cloud.owns_its_state:
            leftovers.drop_lock(self.cloud)

    def store(self, state: dict[str, Any]) -> None:
        """Stores a state that `state` returned and the caller changed, with the next `serial`.

        Terraform takes the lock for it, and refuses when another command has stored a state in the meantime.
        """
        self._init_if_never()
        self._unlock()
        file = self.cloud.folder / "state.json"
        write_private(file, json.dumps(state, indent=2).encode())
        try:
            self.run("state", "push", str(file.resolve()), quiet=True)
        finally:
            file.unlink(missing_ok=True)

    def outputs(self, state: dict[str, Any] | None = None) -> dict[str, Any]:
        """The values of the root's outputs by name, from `state` if it is given.

        Raises:
            TerraformError: no apply of terraform/ has reached its end.
        """
        found = {name: each["value"] for name, each in self._output_values(state).items()}
        if any(name not in found for name in ALWAYS):  # an apply that is under way, or was cut off, has written some
            raise TerraformError("terraform/ is not applied: its state has no outputs", self._how_to_apply)
        return found

    def _output_values(self, state: dict[str, Any] | None) -> dict[str, Any]:
        if state is None and not self.cloud.is_local:
            found: dict[str, Any] = json.loads(self._read("output", "-json"))
            return found
        return dict((self.state() if state is None else state).get("outputs", {}))

    def _environment(self) -> dict[str, str]:
        check_installed()
        return {**self.cloud.inherited_environment(), **self.environment(), leftovers.COMMAND: leftovers.command()}

    @property
    def _how_to_apply(self) -> str:
        return "run `make local-up`" if self.cloud.is_local else "run `make aws-plan`, then `make aws-apply`"

    def _read(self, *arguments: str) -> str:
        """The output of `terraform ARGUMENTS`, a command that changes nothing."""
        with heartbeat(f"terraform {arguments[0]}", to=err):
            done = subprocess.run(
                ["terraform", f"-chdir={self.root}", *arguments],
                env=self._environment(),
                capture_output=True,
                text=True,
            )
        if done.returncode:
            raise TerraformError(f"terraform {arguments[0]} failed:\n{done.stderr.strip()}", self._how_to_apply)
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
            env = self._environment()
            ended = "was interrupted"
            try:
                with heartbeat(f"terraform {arguments[0]}"):
                    code = run_foreground(command, env, on_line=keep, patience=patience)
                ended = f"ended with exit code {code}"
            finally:
                log.write(f"terraform {arguments[0]} {ended}\n")
        if code not in accept:
            said = "".join(lines)
            shown = f":\n{said.strip()[-4000:]}" if quiet else ""
            raise TerraformError(
                f"terraform {arguments[0]} failed{shown}",
                _remedy(said) or f"see {relative(self.log)}",
                resource_exists=bool(_EXISTS.search(said)),
                cut_off=code < 0 or bool(_PROVIDER_GONE.search(said)),
            )
        return code


def _explain_patience() -> None:
    show(
        "Terraform continues: if it stopped now, it could lose track of a resource that AWS is creating. "
        "Ctrl-C again stops it all the same\n"
    )


def _remedy(said: str) -> str:
    """The remedy for the errors that a repeated or interrupted command meets; empty for other errors."""
    if "Error acquiring the state lock" in said:
        return (
            "another command holds the state lock, or one was killed before releasing it. Wait; if no command runs, "
            "delete the .tflock object beside the state in the state bucket"
        )
    if _EXISTS.search(said):
        return (
            "an interrupted apply may have created this resource without recording it in the state: delete it by hand, "
            "or add it to the state (`terraform import`), then plan again"
        )
    if "Saved plan is stale" in said:
        return "the state has changed since the plan was made: plan again"
    return ""


def check_version() -> None:
    """Checks that terraform is installed, in a version that the root can use.

    Raises:
        TerraformError: it is missing or too old.
    """
    if (found := programs.terraform()).state == FAILURE:
        raise TerraformError(found.what, found.remedy)


def check_installed() -> None:
    """Checks that terraform is on PATH.

    Raises:
        TerraformError: it is not.
    """
    if not shutil.which("terraform"):
        lack = programs.terraform_missing()
        raise TerraformError(lack.what, lack.remedy)


def _var(variables: dict[str, str] | None) -> list[str]:
    return [f"-var={name}={value}" for name, value in (variables or {}).items()]
