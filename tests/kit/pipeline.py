"""The pipeline of `.github/workflows/terraform.yml`, as it runs on GitHub, against an environment on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.base.paths import TOP
from scripts.environment import parity
from scripts.environment.instance import Instance
from scripts.terraform import provider
from tests.kit import web_identity
from tests.kit.make import make, try_make

ACCOUNT = "000000000000"
STATE = f"letrus-de-case-terraform-state-{ACCOUNT}"
REPOSITORY = "repo:owner@1234/name@5678"
# The subjects of GitHub's tokens: docs.github.com, "OpenID Connect reference", "Example subject claims".
PULL_REQUEST, DEV = f"{REPOSITORY}:pull_request", f"{REPOSITORY}:environment:dev"
Keys = Mapping[str, str]


def copy_of_clone(top: Path) -> Path:
    """Returns `top`, a copy of the clone whose files a test may edit. Saved plans and states are the copy's own."""
    made_by_commands = shutil.ignore_patterns(".git", ".local", "build", ".*_cache", "__pycache__")
    shutil.copytree(TOP, top, ignore=made_by_commands)
    (top / "build").symlink_to(TOP / "build")
    (top / ".local").mkdir()
    for name in ("venv", "class-archives", "jars"):
        if (TOP / ".local" / name).exists():
            (top / ".local" / name).symlink_to(TOP / ".local" / name)
    return top


@dataclass(frozen=True)
class Pipeline:
    """Types make targets in `top` with the keys of a role. Without keys it is the account's administrator."""

    instance: Instance
    top: Path

    def environment(self, keys: Keys | None = None, **variables: str) -> dict[str, str]:
        return {
            **os.environ,
            **self.instance.aws_environment(),
            **(keys or {}),
            "TF_VAR_aurora_ca_bundle": str(self.instance.authority),
            "ACCOUNT": ACCOUNT,
            "ENVIRONMENT": "dev",
            "YES": "1",
            **variables,
        }

    def make(self, target: str, keys: Keys | None = None, **variables: str) -> str:
        return make(target, environment=self.environment(keys, **variables), top=self.top)

    def try_make(self, target: str, keys: Keys | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
        return try_make(target, environment=self.environment(keys, **variables), top=self.top)

    def make_roles(self) -> dict[str, str]:
        """Applies terraform/github_oidc as docs/aws.md tells. Returns the ARNs of the roles."""
        root = self.top / "terraform" / "github_oidc"
        environment = {
            **self.environment(),
            **provider.choose().environment,
            "TF_DATA_DIR": str(self.top / ".local" / "github-oidc"),
        }

        def terraform(*arguments: str) -> str:
            done = subprocess.run(
                ["terraform", f"-chdir={root}", *arguments],
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
            return done.stdout

        variables = (f'allowed_account_ids=["{ACCOUNT}"]', f"state_bucket={STATE}", f"subject_prefix={REPOSITORY}")
        terraform("init", "-input=false", "-lockfile=readonly", f"-backend-config=bucket={STATE}")
        terraform("apply", "-input=false", "-auto-approve", *(f"-var={each}" for each in variables))
        return {name: f"arn:aws:iam::{ACCOUNT}:role/letrus-de-case-github-{name}" for name in ("plan", "apply")}

    def sign_in(self, role_arn: str, subject: str) -> Keys:
        """Returns the variables that aws-actions/configure-aws-credentials sets for a workflow's later steps."""
        keys = web_identity.assume(self.instance.endpoint_url, role_arn, web_identity.token(subject))
        return {
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"],
        }

    def approved(self) -> dict[str, str]:
        """Returns what the plan job hands to the apply job, as the variables that the apply job sets."""
        lines = (self.top / ".local" / "aws" / f"{ACCOUNT}-dev" / "plan.outputs").read_text().splitlines()
        return {f"PLAN_{name.upper()}": value for name, value in (line.split("=", 1) for line in lines)}

    def report(self, role_arn: str) -> dict[str, Any]:
        """Returns what AWS decides on all requests of the role's sessions."""
        return parity.report_of_role(self.instance, role_arn)

    def client(self, service: str) -> Any:
        return self.instance.client(service)
