"""What Secrets Manager refuses when a secret or its policy is made."""

from glue_aurora.corrections import documents, tagging
from glue_aurora.corrections.s3 import policy_rules
from glue_aurora.service.call import Call
from glue_aurora.service.rules import Rule


def _nobody(call: Call) -> tuple[object, ...] | None:
    return documents.first(documents.unknown_principals(call.get("ResourcePolicy"), call.account))


def _public(call: Call) -> tuple[object, ...] | None:
    found = documents.statements(call.get("ResourcePolicy"))
    return () if call.get("BlockPublicPolicy") and any(policy_rules.is_public(one) for one in found) else None


def _tags(call: Call) -> tagging.Tags:
    return tagging.pairs(call.get("Tags"))


_TAGGING = ("CreateSecret", "TagResource")
_TAGS = "Secrets Manager API reference, TagResource"

RULES = (
    Rule(
        ("PutResourcePolicy",),
        _nobody,
        "MalformedPolicyDocumentException",
        "This resource policy contains an unsupported principal.",
        "Secrets Manager API reference, PutResourcePolicy; public issues",
        seen=True,
        remedy="Make the roles and users that the secret's policy names first, or correct their ARNs.",
    ),
    Rule(
        ("PutResourcePolicy",),
        _public,
        "PublicPolicyException",
        "You can't use a resource policy that allows broad access to the secret.",
        "Secrets Manager API reference, PutResourcePolicy",
        remedy="Narrow the statement's Principal, or turn BlockPublicPolicy off.",
    ),
    Rule(
        _TAGGING,
        tagging.more_than(50, _tags),
        "InvalidParameterException",
        "A secret has at most 50 tags, and the request has {}.",
        _TAGS,
        remedy="Take tags off the secret, until it has 50.",
    ),
    Rule(
        _TAGGING,
        tagging.reserved(_tags),
        "InvalidParameterException",
        "Tag keys with the prefix aws: are reserved: {}",
        _TAGS,
        remedy="Take the prefix aws: off the tag's key.",
    ),
)
