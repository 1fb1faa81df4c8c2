"""What KMS refuses when a key or its settings are made."""

from glue_aurora.corrections import documents, tagging
from glue_aurora.service.call import Call
from glue_aurora.service.rules import Rule

_ROTATION_DAYS = (90, 2560)


def _nobody(call: Call) -> tuple[object, ...] | None:
    return documents.first(documents.unknown_principals(call.get("Policy"), call.account))


def _rotation(call: Call) -> tuple[object, ...] | None:
    days = call.get("RotationPeriodInDays")
    least, most = _ROTATION_DAYS
    return None if days is None or least <= days <= most else (days, least, most)


def _tags(call: Call) -> tagging.Tags:
    return tagging.pairs(call.get("Tags"), "TagKey", "TagValue")


_TAGGING = ("CreateKey", "TagResource")
_TAGS = "KMS developer guide, tagging-keys.html"

RULES = (
    Rule(
        ("CreateKey", "PutKeyPolicy"),
        _nobody,
        "MalformedPolicyDocumentException",
        "Policy contains a statement with one or more invalid principals.",
        "terraform-aws-kms issue 30, terraform-aws-eks-blueprints issue 455",
        seen=True,
        remedy="Make the roles and users that the key's policy names first, or correct their ARNs.",
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
