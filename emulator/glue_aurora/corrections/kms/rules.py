"""What KMS refuses when a key or its settings are made."""

from collections.abc import Callable, Iterator

from glue_aurora.corrections import documents, grammar, tagging
from glue_aurora.service.call import Call
from glue_aurora.service.rules import Rule

_ROTATION_DAYS = (90, 2560)


def _statement(test: Callable[[documents.Statement], Iterator[str]]) -> Callable[[Call], tuple[object, ...] | None]:
    def broken(call: Call) -> tuple[object, ...] | None:
        return documents.first(each for one in documents.statements(call.get("Policy")) for each in test(one))

    return broken


def _no_principal(statement: documents.Statement) -> Iterator[str]:
    return grammar.missing(statement, "Principal")


def _no_field(statement: documents.Statement) -> Iterator[str]:
    return grammar.missing(statement, "Effect", "Action", "Resource")


def _odd_principal(statement: documents.Statement) -> Iterator[str]:
    yield from grammar.odd_principals(statement, "AWS")
    yield from grammar.odd_principals(statement, "Service")


def _version(call: Call) -> tuple[object, ...] | None:
    return () if grammar.odd_version(call.get("Policy")) else None


def _nobody(call: Call) -> tuple[object, ...] | None:
    return documents.first(documents.unknown_principals(call.get("Policy"), call.account))


def _no_grantee(call: Call) -> tuple[object, ...] | None:
    named = (call.text("GranteePrincipal"), call.text("RetiringPrincipal"))
    return documents.first(documents.unknown(named, call.account))


def _rotation(call: Call) -> tuple[object, ...] | None:
    days = call.get("RotationPeriodInDays")
    least, most = _ROTATION_DAYS
    return None if days is None or least <= days <= most else (days, least, most)


def _tags(call: Call) -> tagging.Tags:
    return tagging.pairs(call.get("Tags"), "TagKey", "TagValue")


_TAGGING = ("CreateKey", "TagResource")
_TAGS = "KMS developer guide, tagging-keys.html"
_POLICY = ("CreateKey", "PutKeyPolicy")
_MALFORMED = "MalformedPolicyDocumentException"
_STATEMENT = "cdk-preflight, rules/kms/pf-kms-key-policy-statement"
_REFERENCE = (
    "KMS API reference, PutKeyPolicy: not syntactically or semantically correct; no user's report has the sentence"
)

RULES = (
    Rule(
        _POLICY,
        _version,
        _MALFORMED,
        "The key policy has a Version that is not 2012-10-17 or 2008-10-17.",
        _REFERENCE,
        remedy="Write 2012-10-17 as the Version of the key's policy.",
    ),
    Rule(
        _POLICY,
        _statement(_no_principal),
        _MALFORMED,
        "Policy contains a statement with no principal.",
        f"{_STATEMENT}, tried on AWS in September 2026",
        seen=True,
        remedy="Add Principal to each statement of the key's policy.",
    ),
    Rule(
        _POLICY,
        _statement(_no_field),
        _MALFORMED,
        "Missing required field {}",
        f"{_STATEMENT}; AWS's letter of 2025 in ministryofjustice/analytical-platform issue 7691 has the refusal",
        remedy="Add {} to the statement of the key's policy. The key itself is the resource *.",
    ),
    Rule(
        _POLICY,
        _statement(_odd_principal),
        _MALFORMED,
        "Policy contains a statement with one or more invalid principals.",
        f"{_STATEMENT} for principals of the type AWS; {_REFERENCE} for a service",
        seen=True,
        remedy="Write {} as AWS does: an account, the ARN of a role or user, or a service such as s3.amazonaws.com.",
    ),
    Rule(
        _POLICY,
        _statement(grammar.odd_operators),
        _MALFORMED,
        "The key policy has a condition with the operator {}, which does not exist.",
        _REFERENCE,
        remedy="Use an operator of IAM in place of {}, such as StringEquals or ArnLike.",
    ),
    Rule(
        _POLICY,
        _nobody,
        _MALFORMED,
        "Policy contains a statement with one or more invalid principals.",
        "terraform-aws-kms issue 30, terraform-aws-eks-blueprints issue 455",
        seen=True,
        remedy="Make the roles and users that the key's policy names first, or correct their ARNs.",
    ),
    Rule(
        ("CreateGrant",),
        _no_grantee,
        "InvalidArnException",
        "ARN does not refer to a valid principal: {}",
        "KMS API reference, CreateGrant; aws/chalice and others, as Lambda passes it on",
        seen=True,
        remedy="Make the role or user {} first, or correct its ARN in the grant.",
    ),
    Rule(
        ("EnableKeyRotation",),
        _rotation,
        "ValidationException",
        "1 validation error detected: Value '{}' at 'rotationPeriodInDays' failed to satisfy constraint: Member must "
        "be between {} and {}",
        "KMS API reference, EnableKeyRotation",
        remedy="Choose RotationPeriodInDays from {1} to {2}.",
    ),
    Rule(
        _TAGGING,
        tagging.odd_key(_tags),
        "TagException",
        "The tag key {} is not valid.",
        _TAGS,
        remedy="Use letters, digits, spaces and _.:/=+-@ in the tag's key, 128 characters at most.",
    ),
    Rule(
        _TAGGING,
        tagging.odd_value(_tags),
        "TagException",
        "The tag value {} is not valid.",
        _TAGS,
        remedy="Use letters, digits, spaces and _.:/=+-@ in the tag's value, 256 characters at most.",
    ),
)
