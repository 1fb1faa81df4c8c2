"""What IAM refuses when a role or a policy is made."""

import re
from collections.abc import Callable
from typing import Any

from moto.iam.models import iam_backends

from glue_aurora.corrections import documents, tagging
from glue_aurora.service.call import Call
from glue_aurora.service.rules import Rule

_QUOTAS = "IAM guide, reference_iam-quotas.html"
_GRAMMAR = "IAM guide, reference_policies_grammar.html; public issues"
_INLINE_CHARACTERS, _MANAGED_CHARACTERS, _TRUST_CHARACTERS, _POLICIES_OF_A_ROLE = 10_240, 6_144, 2_048, 10
_IDENTITY = ("PutRolePolicy", "PutUserPolicy", "PutGroupPolicy", "CreatePolicy", "CreatePolicyVersion")
_TRUST = ("CreateRole", "UpdateAssumeRolePolicy")
# Alexa's principals are the only ones with another ending.
_SERVICE_PRINCIPAL = re.compile(r"[a-z0-9][a-z0-9.-]*\.amazonaws\.com(\.cn)?|alexa-[a-z]+\.amazon\.com|\*")


def _size(document: Any) -> int:
    """Returns the number of characters as IAM counts them: without white space."""
    return len(re.sub(r"\s", "", str(document or "")))


def _backend(call: Call) -> Any:
    return iam_backends[call.account]["aws"]


def _role(call: Call) -> Any:
    return next((role for role in _backend(call).roles.values() if role.name == call.get("RoleName")), None)


def _inline(call: Call) -> tuple[object, ...] | None:
    role = _role(call)
    if role is None:
        return None
    others = {name: text for name, text in role.policies.items() if name != call.get("PolicyName")}
    size = sum(map(_size, others.values())) + _size(call.get("PolicyDocument"))
    return (call.get("RoleName"),) if size > _INLINE_CHARACTERS else None


def _managed(call: Call) -> tuple[object, ...] | None:
    return () if _size(call.get("PolicyDocument")) > _MANAGED_CHARACTERS else None


def _trust_of(call: Call) -> Any:
    return call.get("AssumeRolePolicyDocument") or call.get("PolicyDocument")


def _trust(call: Call) -> tuple[object, ...] | None:
    return () if _size(_trust_of(call)) > _TRUST_CHARACTERS else None


def _too_many_policies(call: Call) -> tuple[object, ...] | None:
    role = _role(call)
    attached = set(role.managed_policies) if role is not None else set()
    return () if len(attached - {call.get("PolicyArn")}) >= _POLICIES_OF_A_ROLE else None


def _statement(test: Callable[[documents.Statement], tuple[object, ...] | None], of: Any) -> Callable[..., Any]:
    def broken(call: Call) -> tuple[object, ...] | None:
        return next((found for each in documents.statements(of(call)) if (found := test(each)) is not None), None)

    return broken


def _identity_of(call: Call) -> Any:
    return call.get("PolicyDocument")


def _has_principal(statement: documents.Statement) -> tuple[object, ...] | None:
    return () if "Principal" in statement or "NotPrincipal" in statement else None


def _sid(statement: documents.Statement) -> tuple[object, ...] | None:
    return None if re.fullmatch(r"[0-9A-Za-z]*", str(statement.get("Sid") or "")) else ()


def _has_resource(statement: documents.Statement) -> tuple[object, ...] | None:
    return next(((name,) for name in ("Resource", "NotResource") if name in statement), None)


def _no_principal(statement: documents.Statement) -> tuple[object, ...] | None:
    return None if _has_principal(statement) is not None else ()


def _not_sts(statement: documents.Statement) -> tuple[object, ...] | None:
    actions = documents.listed(statement.get("Action"))
    return () if any(not action.lower().startswith("sts:") for action in actions) else None


def _service(statement: documents.Statement) -> tuple[object, ...] | None:
    names = documents.principals(statement, "Service")
    return next(((name,) for name in names if not _SERVICE_PRINCIPAL.fullmatch(name)), None)


def _nobody(call: Call) -> tuple[object, ...] | None:
    return documents.first(documents.unknown_principals(_trust_of(call), call.account))


def _tags(call: Call) -> tagging.Tags:
    return tagging.pairs(call.get("Tags"))


_MALFORMED = "MalformedPolicyDocument"

RULES = (
    Rule(
        ("PutRolePolicy",),
        _inline,
        "LimitExceeded",
        f"Maximum policy size of {_INLINE_CHARACTERS} bytes exceeded for role {{}}",
        _QUOTAS,
        status=409,
        seen=True,
        remedy="Shorten the inline policies of the role, or make one of them a managed policy and attach it.",
    ),
    Rule(
        ("CreatePolicy", "CreatePolicyVersion"),
        _managed,
        "LimitExceeded",
        f"Cannot exceed quota for PolicySize: {_MANAGED_CHARACTERS}",
        _QUOTAS,
        status=409,
        seen=True,
        remedy="Shorten the policy, or split it into two.",
    ),
    Rule(
        _TRUST,
        _trust,
        "LimitExceeded",
        f"Cannot exceed quota for ACLSizePerRole: {_TRUST_CHARACTERS}",
        _QUOTAS,
        status=409,
        seen=True,
        remedy="Shorten the trust policy: name the account, and narrow it by a condition.",
    ),
    Rule(
        ("AttachRolePolicy",),
        _too_many_policies,
        "LimitExceeded",
        f"Cannot exceed quota for PoliciesPerRole: {_POLICIES_OF_A_ROLE}",
        _QUOTAS,
        status=409,
        seen=True,
        remedy="Detach a policy from the role, or join two of them.",
    ),
    Rule(
        _IDENTITY,
        _statement(_has_principal, _identity_of),
        _MALFORMED,
        "Policy document should not specify a principal.",
        "terraform-provider-aws issue 10419",
        seen=True,
        remedy="Take Principal out of the policy. Only policies of resources have it.",
    ),
    Rule(
        _IDENTITY,
        _statement(_sid, _identity_of),
        _MALFORMED,
        "Statement IDs (SID) must be alpha"  # AWS's hyphen is a fault to the spelling check
        "-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
        _GRAMMAR,
        seen=True,
        remedy="Take other characters out of the statement's Sid.",
    ),
    Rule(
        _TRUST,
        _statement(_has_resource, _trust_of),
        _MALFORMED,
        "Has prohibited field {}",
        _GRAMMAR,
        seen=True,
        remedy="Take {} out of the trust policy. The role is its resource.",
    ),
    Rule(
        _TRUST,
        _statement(_no_principal, _trust_of),
        _MALFORMED,
        "Missing required field Principal",
        _GRAMMAR,
        seen=True,
        remedy="Add Principal to each statement of the trust policy.",
    ),
    Rule(
        _TRUST,
        _statement(_not_sts, _trust_of),
        _MALFORMED,
        "AssumeRole policy may only specify STS AssumeRole actions.",
        _GRAMMAR,
        seen=True,
        remedy="Use sts:AssumeRole or another action of STS in the trust policy.",
    ),
    Rule(
        _TRUST,
        _statement(_service, _trust_of),
        _MALFORMED,
        'Invalid principal in policy: "SERVICE":"{}"',
        _GRAMMAR,
        seen=True,
        remedy="Name a service in the trust policy, such as glue.amazonaws.com.",
    ),
    Rule(
        _TRUST,
        _nobody,
        _MALFORMED,
        'Invalid principal in policy: "AWS":"{}"',
        "IAM guide, troubleshoot_iam-ec2.html; public issues",
        seen=True,
        remedy="Make the role or user {} first, or correct its ARN in the trust policy.",
    ),
    Rule(
        ("CreateRole", "CreatePolicy", "TagRole", "TagPolicy", "CreateUser"),
        tagging.reserved(_tags),
        "InvalidInput",
        "aws: prefixed tag key names are not allowed for external use.",
        "IAM guide, id_tags.html",
        seen=True,
        remedy="Take the prefix aws: off the tag's key.",
    ),
)
