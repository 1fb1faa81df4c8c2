"""What IAM refuses when a role or a policy is made."""

import re
from collections.abc import Callable
from typing import Any

from moto.iam.models import iam_backends

from glue_aurora.corrections import documents, grammar, tagging
from glue_aurora.service.call import Call
from glue_aurora.service.rules import Rule

_QUOTAS = "IAM guide, reference_iam-quotas.html"
_GRAMMAR = "IAM guide, reference_policies_grammar.html; public issues"
_INLINE_CHARACTERS, _MANAGED_CHARACTERS, _TRUST_CHARACTERS, _POLICIES_OF_A_ROLE = 10_240, 6_144, 2_048, 10
_IDENTITY = ("PutRolePolicy", "PutUserPolicy", "PutGroupPolicy", "CreatePolicy", "CreatePolicyVersion")
_TRUST = ("CreateRole", "UpdateAssumeRolePolicy")
_BOUNDED = ("CreateRole", "CreateUser", "PutRolePermissionsBoundary", "PutUserPermissionsBoundary")
# Users measured these on AWS, on new roles and on changed ones, and no other.
_TRUST_ACTIONS = frozenset(
    {
        "sts:AssumeRole",
        "sts:AssumeRoleWithSAML",
        "sts:AssumeRoleWithWebIdentity",
        "sts:SetContext",
        "sts:SetSourceIdentity",
        "sts:TagSession",
    }
)


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


def _policy_of(call: Call) -> Any:
    return call.get("AssumeRolePolicyDocument") or call.get("PolicyDocument")


def _trust(call: Call) -> tuple[object, ...] | None:
    return () if _size(_policy_of(call)) > _TRUST_CHARACTERS else None


def _too_many_policies(call: Call) -> tuple[object, ...] | None:
    role = _role(call)
    attached = set(role.managed_policies) if role is not None else set()
    return () if len(attached - {call.get("PolicyArn")}) >= _POLICIES_OF_A_ROLE else None


def _statement(test: Callable[[documents.Statement], tuple[object, ...] | None]) -> Callable[..., Any]:
    def broken(call: Call) -> tuple[object, ...] | None:
        found = documents.statements(_policy_of(call))
        return next((values for each in found if (values := test(each)) is not None), None)

    return broken


def _has_principal(statement: documents.Statement) -> tuple[object, ...] | None:
    return () if "Principal" in statement or "NotPrincipal" in statement else None


def _sid(statement: documents.Statement) -> tuple[object, ...] | None:
    return None if re.fullmatch(r"[0-9A-Za-z]*", str(statement.get("Sid") or "")) else ()


def _has_resource(statement: documents.Statement) -> tuple[object, ...] | None:
    return next(((name,) for name in ("Resource", "NotResource") if name in statement), None)


def _no_principal(statement: documents.Statement) -> tuple[object, ...] | None:
    return None if _has_principal(statement) is not None else ()


def _no_action(statement: documents.Statement) -> tuple[object, ...] | None:
    return () if documents.first(grammar.missing(statement, "Action")) else None


def _other_action(statement: documents.Statement) -> tuple[object, ...] | None:
    actions = documents.listed(statement.get("Action"))
    return next(((action,) for action in actions if action not in _TRUST_ACTIONS), None)


def _everybody(statement: documents.Statement) -> tuple[object, ...] | None:
    return () if statement.get("Principal") == "*" else None


def _service(statement: documents.Statement) -> tuple[object, ...] | None:
    if "*" in documents.principals(statement, "Service"):
        return ("*",)
    return documents.first(grammar.odd_principals(statement, "Service"))


def _aws(statement: documents.Statement) -> tuple[object, ...] | None:
    return documents.first(grammar.odd_principals(statement, "AWS"))


def _value(statement: documents.Statement) -> tuple[object, ...] | None:
    return documents.first(grammar.odd_values(statement))


def _broken(call: Call) -> tuple[object, ...] | None:
    return () if grammar.is_broken(_policy_of(call)) else None


def _boundary(call: Call) -> str:
    return call.text("PermissionsBoundary")


def _no_policy(call: Call) -> tuple[object, ...] | None:
    arn = _boundary(call)
    return (arn,) if arn.startswith("arn:") and ":policy/" not in arn else None


def _no_boundary(call: Call) -> tuple[object, ...] | None:
    arn = _boundary(call)
    return (arn,) if arn.startswith("arn:aws:iam::") and arn not in _backend(call).managed_policies else None


def _reserved_path(call: Call) -> tuple[object, ...] | None:
    return () if call.text("Path").startswith("/aws-service-role") else None


def _nobody(call: Call) -> tuple[object, ...] | None:
    return documents.first(documents.unknown_principals(_policy_of(call), call.account))


def _tags(call: Call) -> tagging.Tags:
    return tagging.pairs(call.get("Tags"))


_MALFORMED = "MalformedPolicyDocument"
_TRIED = "cdk-preflight, rules/iam: each tried on AWS in September 2026"

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
        (*_IDENTITY, *_TRUST),
        _broken,
        _MALFORMED,
        "Syntax errors in policy.",
        f"{_TRIED}: pf-iam-policy-condition-operator and others, see grammar.is_broken",
        seen=True,
        remedy="Write the Version, elements and condition operators as IAM's grammar has them, such as StringEquals.",
    ),
    Rule(
        (*_IDENTITY, *_TRUST),
        _statement(_value),
        _MALFORMED,
        "The policy failed legacy parsing",
        f"{_TRIED}: pf-iam-policy-condition-ip-value, -arn-value, -date-value, -numeric-value",
        seen=True,
        remedy="Write {} as the condition's operator reads it: a network, an ARN, a number, or a date.",
    ),
    Rule(
        _IDENTITY,
        _statement(_has_principal),
        _MALFORMED,
        "Policy document should not specify a principal.",
        "terraform-provider-aws issue 10419",
        seen=True,
        remedy="Take Principal out of the policy. Only policies of resources have it.",
    ),
    Rule(
        _IDENTITY,
        _statement(_sid),
        _MALFORMED,
        "Statement IDs (SID) must be alpha"  # AWS's hyphen is a fault to the spelling check
        "-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
        _GRAMMAR,
        seen=True,
        remedy="Take other characters out of the statement's Sid.",
    ),
    Rule(
        _TRUST,
        _statement(_has_resource),
        _MALFORMED,
        "Has prohibited field {}",
        _GRAMMAR,
        seen=True,
        remedy="Take {} out of the trust policy. The role is its resource.",
    ),
    Rule(
        _TRUST,
        _statement(_no_principal),
        _MALFORMED,
        "Missing required field Principal",
        _GRAMMAR,
        seen=True,
        remedy="Add Principal to each statement of the trust policy.",
    ),
    Rule(
        _TRUST,
        _statement(_no_action),
        _MALFORMED,
        "Policy statement must contain actions.",
        f"{_TRIED}: pf-iam-policy-action-required",
        seen=True,
        remedy="Add Action to each statement of the trust policy.",
    ),
    Rule(
        _TRUST,
        _statement(_other_action),
        _MALFORMED,
        "AssumeRole policy may only specify STS AssumeRole actions.",
        f"{_TRIED}: pf-iam-trust-policy-action-sts-only, wildcards and lower case too",
        seen=True,
        remedy="Use sts:AssumeRole in place of {}, or another of STS's actions for a session.",
    ),
    Rule(
        _TRUST,
        _statement(_everybody),
        _MALFORMED,
        'AssumeRolepolicy contained an invalid principal: "STAR":"*"',
        f"{_TRIED}: pf-iam-trust-policy-principal-star-string",
        seen=True,
        remedy='Write {{"AWS": "*"}} in place of "*" in the trust policy, or name who assumes the role.',
    ),
    Rule(
        _TRUST,
        _statement(_service),
        _MALFORMED,
        'Invalid principal in policy: "SERVICE":"{}"',
        _GRAMMAR,
        seen=True,
        remedy="Name a service in the trust policy, such as glue.amazonaws.com.",
    ),
    Rule(
        _TRUST,
        _statement(_aws),
        _MALFORMED,
        'Invalid principal in policy: "AWS":"{}"',
        f"{_TRIED}: pf-iam-trust-policy-aws-principal-format",
        seen=True,
        remedy="Use an account's 12 digits or the ARN of a role or user, or make {} a principal of the type Service.",
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
        _BOUNDED,
        _no_policy,
        "InvalidInput",
        "ARN {} is not valid.",
        f"{_TRIED}: pf-iam-permissions-boundary-policy-arn",
        seen=True,
        remedy="Name a managed policy as the permissions boundary.",
    ),
    Rule(
        _BOUNDED,
        _no_boundary,
        "NoSuchEntity",
        "Scope ARN: {} does not exist or is not attachable.",
        "IAM API reference, PutRolePermissionsBoundary and CreateRole; public issues",
        status=404,
        seen=True,
        remedy="Make the policy of the permissions boundary first, or correct its ARN.",
    ),
    Rule(
        ("CreateRole", "CreateUser", "CreateGroup", "CreatePolicy", "CreateInstanceProfile"),
        _reserved_path,
        "InvalidInput",
        "Paths beginning with '/aws-service-role' are reserved for AWS Service Linked Roles",
        f"{_TRIED}: pf-iam-path-service-role-reserved",
        seen=True,
        remedy="Choose another path, such as /service-role/.",
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
