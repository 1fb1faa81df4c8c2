"""What must be true before a command touches a real account. Each refusal says why and what to do.

The user names the account. The guard compares it with the account of the keys (STS GetCallerIdentity), and Terraform's
provider and backend allow no other one. Account 000000000000 is the local environment's: the commands can be tried with
it and without an AWS account. Only for that account an endpoint may be set, and only one on this machine.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError, ConfigParseError, ProfileNotFound
from botocore.session import Session

from scripts.base.errors import GuardError
from scripts.base.isolation import ACCOUNT as EMULATOR
from scripts.cloud.refusals import SIGN_IN, remedy

if TYPE_CHECKING:
    from types_boto3_sts import STSClient

# AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_<SERVICE> are the SDKs'; TF_AWS_<SERVICE>_ENDPOINT and the older
# AWS_<SERVICE>_ENDPOINT Terraform's (hashicorp/terraform-provider-aws#23052).
_ENDPOINT = re.compile(r"AWS_ENDPOINT_URL(_\w+)?|TF_AWS_\w+_ENDPOINT|AWS_(DYNAMODB|IAM|S3|SSO|STS)_ENDPOINT")
# Identifiers of keys begin with AKIA (of a user) or ASIA (of a session): IAM user guide, "IAM identifiers".
_KEY = re.compile(r"A[KS]IA[A-Z0-9]{12,124}")


def asked_account(environ: Mapping[str, str]) -> str:
    """The account that ACCOUNT names.

    AWS_ACCOUNT_ID does not count: a shell or a pipeline sets it without a person's having chosen an account.

    Raises:
        GuardError: ACCOUNT is missing or is not an account id.
    """
    account = environ.get("ACCOUNT") or ""
    if not re.fullmatch(r"[0-9]{12}", account):
        raise GuardError(
            f"ACCOUNT={account} is not an account id" if account else "no AWS account was named",
            "name the account by its 12 digits: make … ACCOUNT=123456789012",
        )
    return account


def emulator_endpoint(environ: Mapping[str, str]) -> str:
    """The local environment's endpoint, for account 000000000000.

    Raises:
        GuardError: no endpoint is set, or one that is not on this machine.
    """
    url = environ.get("AWS_ENDPOINT_URL", "")
    if not url:
        raise GuardError(
            f"account {EMULATOR} is the local environment's, and AWS_ENDPOINT_URL is not set",
            'start it and take its variables: make local-up; eval "$(make -s env)"',
        )
    for name, value in environ.items():
        if _ENDPOINT.fullmatch(name) and value and not _is_loopback(value):
            raise GuardError(
                f"{name}={value} is not on this machine, but account {EMULATOR} is",
                f"unset {name}",
            )
    return url


def emulator_bundle(environ: Mapping[str, str]) -> str:
    """The file of the local environment's authority, for account 000000000000.

    Raises:
        GuardError: no variable names one.
    """
    path = environ.get("TF_VAR_aurora_ca_bundle", "")
    if not path:
        raise GuardError(
            f"account {EMULATOR} is the local environment's, and TF_VAR_aurora_ca_bundle does not name its authority",
            'take its variables: eval "$(make -s env)"',
        )
    return path


def check_no_endpoint(environ: Mapping[str, str], session: Session) -> None:
    """Refuses variables and profiles that send calls elsewhere than to AWS.

    Raises:
        GuardError: one does.
    """
    for name in environ:
        if _ENDPOINT.fullmatch(name) and environ[name]:
            raise GuardError(
                f"{name} is set, so calls would not reach AWS",
                f"use another shell, or unset {name} (it fits only ACCOUNT={EMULATOR}, the local environment)",
            )
    for where, value in _profile_endpoints(session):
        raise GuardError(
            f"profile {session.profile or 'default'} has {where} = {value} in the shared config, so calls would not "
            "reach AWS",
            "choose another AWS_PROFILE, or remove that line",
        )


def check_keys(session: Session) -> None:
    """Refuses missing keys and dummy keys. Calls nothing but the sign-in of the profile.

    Raises:
        GuardError: there are no keys, they can't be read, or they are dummies.
    """
    try:
        found = session.get_credentials()
        keys = found.get_frozen_credentials() if found else None
    except (BotoCoreError, ClientError) as error:
        raise GuardError(f"your AWS credentials can't be read: {error}", SIGN_IN) from None
    if keys is None or not keys.access_key:
        raise GuardError("there are no AWS credentials", SIGN_IN)
    if not _KEY.fullmatch(keys.access_key) or keys.access_key.endswith("EXAMPLE"):
        raise GuardError("the AWS access key is a dummy", SIGN_IN)


def check_identity(sts: STSClient, account: str) -> str:
    """The ARN of the keys' owner.

    Raises:
        GuardError: the owner belongs to another account, or AWS knows no owner.
    """
    try:
        found = sts.get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise GuardError(f"AWS did not say who owns the credentials: {error}", remedy(error)) from None
    if found["Account"] != account:
        raise GuardError(
            f"the credentials belong to account {found['Account']}, but ACCOUNT is {account}",
            "choose another AWS_PROFILE, or correct ACCOUNT",
        )
    return str(found["Arn"])


def _profile_endpoints(session: Session) -> Iterator[tuple[str, str]]:
    """Each `endpoint_url` of the chosen profile and of its `services` section, in both shared files, with its place.

    Raises:
        GuardError: the profile does not exist, or a file can't be read.
    """
    try:
        profile, services = session.get_scoped_config(), session.full_config.get("services", {})
    except ProfileNotFound as error:
        raise GuardError(str(error), "choose one: export AWS_PROFILE=…") from None
    except ConfigParseError as error:
        raise GuardError(
            f"the shared AWS config can't be read: {error}", "correct it, or name another file in AWS_CONFIG_FILE"
        ) from None
    if profile.get("endpoint_url"):
        yield "endpoint_url", profile["endpoint_url"]
    for service, settings in services.get(profile.get("services"), {}).items():
        if isinstance(settings, dict) and settings.get("endpoint_url"):
            yield f"endpoint_url of {service}", settings["endpoint_url"]


def _is_loopback(url: str) -> bool:
    try:
        return ipaddress.ip_address(urlsplit(url).hostname or "").is_loopback
    except ValueError:
        return False  # a host name may resolve to any machine
