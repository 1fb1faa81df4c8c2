"""A real AWS account, or account 000000000000, which is the local environment."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.session import Session

from scripts.base import hcl, isolation
from scripts.base.errors import CommandError
from scripts.base.paths import LOCAL, TERRAFORM, relative
from scripts.cloud import guard
from scripts.cloud import state_bucket as state_buckets
from scripts.cloud.cloud import local_client

ENVIRONMENTS = TERRAFORM / "environments"


@dataclass(frozen=True)
class Account:
    """An account that passed the guard, with one of its environments (`dev`, `prod`).

    `endpoint_url`, `keys` and `bundle`, the file of the database's authorities, are set for the local environment's
    account only. `caller` is the ARN that the keys belong to.
    """

    account_id: str
    environment: str
    region: str
    caller: str = ""
    endpoint_url: str = ""
    bundle: str = ""
    keys: isolation.Keys | None = None

    @classmethod
    def chosen(cls) -> Account:
        """The account that ACCOUNT, ENVIRONMENT and the user's AWS variables name.

        Raises:
            CommandError: the guard refuses the account, or the environment does not exist.
        """
        account = guard.asked_account(os.environ)
        environment = os.environ.get("ENVIRONMENT") or "dev"
        region = _tfvars("region", environment)
        endpoint_url, keys = "", None
        environ = dict(os.environ)
        if account == isolation.ACCOUNT:
            endpoint_url, keys = guard.emulator_endpoint(environ), isolation.Keys.of_session(environ)
            isolation.enter_local()
        else:
            session = Session()
            guard.check_no_endpoint(os.environ, session)
            guard.check_keys(session)
        found = cls(account, environment, region, endpoint_url=endpoint_url, keys=keys)
        caller = guard.check_identity(found.client("sts"), account)
        bundle = guard.emulator_bundle(environ) if endpoint_url else ""
        return replace(found, caller=caller, bundle=bundle)

    @property
    def folder(self) -> Path:
        """`.local/aws/<account>-<environment>/`. Only its owner may read it: a saved plan holds values in clear."""
        path = LOCAL / "aws" / f"{self.account_id}-{self.environment}"
        (path / "logs").mkdir(parents=True, exist_ok=True)
        path.chmod(0o700)
        return path

    @property
    def is_local(self) -> bool:
        return bool(self.endpoint_url)

    @property
    def owns_its_state(self) -> bool:
        """False: a lock of the state may be another person's, so no command may drop it."""
        return False

    @property
    def partition(self) -> str:
        """`aws`, `aws-us-gov`, `aws-cn`: the second part of every ARN."""
        return self.caller.split(":")[1] if self.caller else "aws"

    @property
    def state_bucket(self) -> str:
        """STATE_BUCKET, else a name with the account's number, since names of buckets are global."""
        return os.environ.get("STATE_BUCKET") or f"letrus-de-case-terraform-state-{self.account_id}"

    def client(self, service: str) -> Any:
        """A boto3 client with the user's credentials, or with those of the local environment for its account."""
        if self.endpoint_url:
            return local_client(self.endpoint_url, service, self.keys)
        config = Config(retries={"max_attempts": 5, "mode": "standard"})
        return self._session.client(service, region_name=self.region, config=config)  # type: ignore[call-overload]

    @cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session()  # the default session may be older than the variables

    def inherited_environment(self) -> dict[str, str]:
        """The user's variables without those that would make Terraform do something else than the command says."""
        return isolation.clean_environment() if self.is_local else isolation.without_terraform_switches()

    def aws_environment(self) -> dict[str, str]:
        """Variables that lead to the local environment. Empty for a real account: the user's own lead there."""
        return isolation.aws_variables(self.endpoint_url, self.keys) if self.is_local else {}

    def backend(self) -> dict[str, Any]:
        return {
            "bucket": self.state_bucket,
            "key": f"{self.environment}/terraform.tfstate",
            "region": self.region,
            "allowed_account_ids": [self.account_id],
        }

    def prepare_backend(self) -> None:
        """Checks that the state bucket exists. Another command, `make aws-bootstrap`, creates it.

        Raises:
            CommandError: the bucket is missing.
        """
        if not state_buckets.exists(self.client("s3"), self.state_bucket, self.account_id):
            raise CommandError(f"the state bucket {self.state_bucket} does not exist", "create it: make aws-bootstrap")

    def plan_arguments(self) -> list[str]:
        return [f"-var-file={_tfvars_file(self.environment)}"]

    def ca_bundle(self) -> str:
        return self.bundle

    def describe(self) -> str:
        """A line that tells the user which account, environment and identity the command works with."""
        where = f"the local environment at {self.endpoint_url}" if self.is_local else f"AWS, {self.region}"
        return f"account {self.account_id} ({where}) as {self.caller}; environment {self.environment}"


def _tfvars_file(environment: str) -> Path:
    path = ENVIRONMENTS / f"{environment}.tfvars"
    if not re.fullmatch(r"[a-z0-9-]+", environment) or not path.is_file():
        known = ", ".join(sorted(each.stem for each in ENVIRONMENTS.glob("*.tfvars")))
        raise CommandError(f"ENVIRONMENT={environment} has no {relative(path)}", f"choose one of {known}")
    return path


def _tfvars(name: str, environment: str) -> str:
    """The value of a text variable, from the environment's file or else from terraform.tfvars, as Terraform reads them.

    Raises:
        CommandError: neither file sets the variable.
    """
    for path in (_tfvars_file(environment), TERRAFORM / "terraform.tfvars"):
        if name in (values := hcl.load(path)):
            return hcl.text(values[name])
    raise CommandError(f"no tfvars file sets {name}", f"set it in terraform/environments/{environment}.tfvars")
