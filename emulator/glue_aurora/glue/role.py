"""Assumes a job's role as the Glue service does."""

import fnmatch
import json
import re
import urllib.parse
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.connect import connect_to

from glue_aurora.glue.arguments import role_name_of
from glue_aurora.glue.errors import RunFailure

_SERVICE = "glue.amazonaws.com"
_SESSION_NAME = "GlueJobRunnerSession"
_EXACT_OPERATORS = frozenset({"StringEquals", "ArnEquals"})
_PATTERN_OPERATORS = frozenset({"StringLike", "ArnLike", "ArnEquals"})


@dataclass(frozen=True)
class Credentials:
    """Credentials of an assumed role."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)


def assume_role(role: str, account_id: str, region: str, source_arn: str, session_policy: str | None) -> Credentials:
    """Credentials of `role` (name or ARN), which must exist and trust the Glue service.

    `source_arn` is the job's ARN, for conditions of the trust policy. Raises RunFailure.
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
    context = {"aws:SourceAccount": account_id, "aws:SourceArn": source_arn}
    if not trusts_glue(_document(found["AssumeRolePolicyDocument"]), context):
        raise refused
    policy = {"Policy": session_policy} if session_policy else {}
    try:
        answer = clients.sts.assume_role(RoleArn=found["Arn"], RoleSessionName=_SESSION_NAME, **policy)
    except ClientError as error:
        raise RunFailure(f"Role {role} could not be assumed: {error}") from error
    keys = answer["Credentials"]
    return Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


def trusts_glue(trust_policy: Mapping[str, Any], context: Mapping[str, str]) -> bool:
    """Whether a trust policy lets the Glue service assume the role, `context` holding the request's condition keys.

    A condition with a key or an operator that is not known here does not hold: AWS would have no value for the key.
    """
    applying = [
        statement
        for statement in _list(trust_policy.get("Statement"))
        if _names_service(statement) and _names_action(statement) and _conditions_hold(statement, context)
    ]
    effects = {statement.get("Effect") for statement in applying}
    return "Allow" in effects and "Deny" not in effects


def _names_service(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal", {})
    services = _list(principal) if isinstance(principal, str) else _list(principal.get("Service"))
    return _SERVICE in services or "*" in services


def _names_action(statement: Mapping[str, Any]) -> bool:
    actions: Iterable[str] = _list(statement.get("Action"))
    return any(fnmatch.fnmatchcase("sts:assumerole", action.lower()) for action in actions)


def _conditions_hold(statement: Mapping[str, Any], context: Mapping[str, str]) -> bool:
    values_by_key = {key.lower(): value for key, value in context.items()}
    for operator, conditions in statement.get("Condition", {}).items():
        base = re.sub(r"IfExists$", "", operator)
        for key, wanted in conditions.items():
            actual = values_by_key.get(key.lower())
            if actual is None:
                if base != operator:
                    continue
                return False
            if not any(_matches(base, actual, str(value)) for value in _list(wanted)):
                return False
    return True


def _matches(operator: str, actual: str, wanted: str) -> bool:
    if operator in _EXACT_OPERATORS and actual == wanted:
        return True
    return operator in _PATTERN_OPERATORS and fnmatch.fnmatchcase(actual, wanted.replace("[", "[[]"))


def _document(policy: Any) -> Mapping[str, Any]:
    loaded = json.loads(urllib.parse.unquote(policy)) if isinstance(policy, str) else policy
    return loaded if isinstance(loaded, Mapping) else {}


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
