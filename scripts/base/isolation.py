"""Keeps commands of the local environment on this machine, whatever the caller's environment holds.

Only this module knows which variables could lead a tool elsewhere. `scripts/cloud/guard.py` guards real accounts.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

REGION = "us-east-1"
ACCOUNT = "000000000000"  # LocalStack's account for the access key below
ACCESS_KEY = "test"
SECRET_KEY = "test"  # noqa: S105 - opens nothing but LocalStack

# LocalStack begins the keys of its sessions so. AWS's begin with ASIA.
_SESSION_KEY = re.compile(r"LSIA[A-Z0-9]{16,}")

# AWS_*: keys, profiles, endpoints, certificates, web identity, container credentials, FIPS, dual stack …
# TF_AWS_*: the AWS provider's own endpoint variables (hashicorp/terraform-provider-aws#23052).
# BOTO_CONFIG: credentials in the form of boto 2, which botocore still reads.
# PG*: libpq takes from PGHOSTADDR, PGSERVICE and the like what a connection does not name itself.
_LEADS_ELSEWHERE = re.compile(r"(AWS|TF_AWS|PG)[A-Z0-9_]*|BOTO_CONFIG")
# With these, Terraform takes other variables, arguments, a workspace, a provider or a folder than the command says.
_CHANGES_TERRAFORM = re.compile(r"TF_CLI_ARGS\w*|TF_WORKSPACE|TF_DATA_DIR|TF_REATTACH_PROVIDERS")
_TERRAFORM_VARIABLE = re.compile(r"TF_VAR_\w+")

# ~/.aws: a profile's settings (FIPS, certificates, ignored endpoints) apply even when keys and endpoint are explicit.
_SHUT_OUT = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}


@dataclass(frozen=True)
class Keys:
    """An access key of the local environment. `session_token` is that of a role's session."""

    access_key: str = ACCESS_KEY
    secret_key: str = field(default=SECRET_KEY, repr=False)
    session_token: str = field(default="", repr=False)

    @classmethod
    def of_session(cls, environ: Mapping[str, str]) -> Keys:
        """Returns the keys of `environ` if they are those of a role's session in LocalStack, else the laptop's own.

        No key of AWS passes: it would not get out of this machine, but would be logged here.
        """
        key, token = environ.get("AWS_ACCESS_KEY_ID", ""), environ.get("AWS_SESSION_TOKEN", "")
        if token and _SESSION_KEY.fullmatch(key):
            return cls(key, environ.get("AWS_SECRET_ACCESS_KEY", ""), token)
        return cls()


def enter_local() -> list[str]:
    """Removes from this process's environment what could lead a local command elsewhere. Returns the names."""
    taken = foreign(os.environ)
    for name in taken:
        del os.environ[name]
    os.environ.update(_SHUT_OUT | no_proxy())
    return taken


def foreign(environ: Iterable[str]) -> list[str]:
    """Returns those of the names in `environ` that could lead a local command elsewhere."""
    return sorted(name for name in environ if _is_foreign(name))


def clean_environment() -> dict[str, str]:
    """Returns this process's environment without what could lead a child process to a real AWS account."""
    return {name: value for name, value in os.environ.items() if not _is_foreign(name)} | _SHUT_OUT | no_proxy()


def without_terraform_switches() -> dict[str, str]:
    """Returns this process's environment with its AWS variables, without those that change what Terraform does."""
    return {name: value for name, value in os.environ.items() if not _CHANGES_TERRAFORM.fullmatch(name)}


def aws_variables(endpoint_url: str, keys: Keys | None = None) -> dict[str, str]:
    """Returns variables that lead every AWS SDK to `endpoint_url` only. They shut out profiles and config files."""
    keys = keys or Keys()
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": keys.access_key,
        "AWS_SECRET_ACCESS_KEY": keys.secret_key,
        **({"AWS_SESSION_TOKEN": keys.session_token} if keys.session_token else {}),
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        **_SHUT_OUT,
        **no_proxy(),
    }


def no_proxy() -> dict[str, str]:
    """Returns variables that keep requests to 127.0.0.1 away from a proxy, in both spellings that tools read."""
    found = {}
    for name in ("NO_PROXY", "no_proxy"):
        hosts = [host for host in os.environ.get(name, "").split(",") if host and host != "127.0.0.1"]
        found[name] = ",".join([*hosts, "127.0.0.1"])
    return found


def _is_foreign(name: str) -> bool:
    return any(each.fullmatch(name) for each in (_LEADS_ELSEWHERE, _CHANGES_TERRAFORM, _TERRAFORM_VARIABLE))
