"""Assumes a job's role as the Glue service does."""

import json
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.connect import connect_to

from glue_aurora.glue.arguments import role_name_of
from glue_aurora.glue.errors import RunFailure
from glue_aurora.glue.trust_policy import judge
from glue_aurora.parity.identity.evaluator import Decision

_SESSION_NAME = "GlueJobRunnerSession"


@dataclass(frozen=True)
class Credentials:
    """The credentials of an assumed role."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    role_arn: str
    session_arn: str


def assume_role(role: str, account_id: str, region: str, source_arn: str, session_policy: str | None) -> Credentials:
    """Returns the credentials of `role` (name or ARN), which must exist and trust the Glue service.

    `source_arn` is the job's ARN, for conditions of the trust policy.

    Raises:
        RunFailure: the role does not serve.
    """
    clients = connect_to(aws_access_key_id=account_id, region_name=region)
    name = role_name_of(role)
    # [AWS] The service words a role that is missing and one that does not trust it in the same way.
    refused = RunFailure(f"Role {role} should be given assume role permissions for Glue Service.")
    try:
        found = clients.iam.get_role(RoleName=name)["Role"]
    except ClientError as error:
        raise refused from error
    if role.startswith("arn:") and found["Arn"] != role:
        raise refused
    decision = judge(_document(found["AssumeRolePolicyDocument"]), found["Arn"], account_id, source_arn)
    if not decision.allowed:
        raise RunFailure(f"{refused}{_trust(source_arn)}{_unjudged(decision)}")
    policy = {"Policy": session_policy} if session_policy else {}
    try:
        answer = clients.sts.assume_role(RoleArn=found["Arn"], RoleSessionName=_SESSION_NAME, **policy)
    except ClientError as error:
        raise RunFailure(f"Role {role} could not be assumed: {error}") from error
    keys = answer["Credentials"]
    return Credentials(
        keys["AccessKeyId"],
        keys["SecretAccessKey"],
        keys["SessionToken"],
        found["Arn"],
        answer["AssumedRoleUser"]["Arn"],
    )


def _trust(source_arn: str) -> str:
    """Returns what to change. The service does not say it."""
    return (
        f" (emulator) The role's trust policy must let glue.amazonaws.com assume it for {source_arn}: look at"
        " Principal, Action, and Condition (aws:SourceArn, aws:SourceAccount) of its statements."
    )


def _unjudged(decision: Decision) -> str:
    """Returns what the service would not say: the emulator, not the policy, may be the reason."""
    if not decision.unjudged:
        return ""
    return (
        f" (emulator) The emulator cannot judge these parts of the trust policy: {'; '.join(decision.unjudged)}."
        " A Deny with such a part counts as matching, an Allow does not."
    )


def _document(policy: Any) -> Mapping[str, Any]:
    loaded = json.loads(urllib.parse.unquote(policy)) if isinstance(policy, str) else policy
    return loaded if isinstance(loaded, Mapping) else {}
