"""What Secrets Manager refuses when a secret or its policy is made."""

from collections.abc import Callable

from localstack.services.kms.models import kms_stores

from glue_aurora.corrections import documents, grammar, tagging
from glue_aurora.corrections.s3 import policy_rules
from glue_aurora.service.call import Call
from glue_aurora.service.rules import Rule


def _nobody(call: Call) -> tuple[object, ...] | None:
    return documents.first(documents.unknown_principals(call.get("ResourcePolicy"), call.account))


def _syntax(call: Call) -> tuple[object, ...] | None:
    policy = call.get("ResourcePolicy")
    odd = any(True for one in documents.statements(policy) for _ in grammar.odd_operators(one))
    return () if odd or grammar.odd_version(policy) else None


def _odd(kind: str) -> Callable[[Call], tuple[object, ...] | None]:
    def broken(call: Call) -> tuple[object, ...] | None:
        found = documents.statements(call.get("ResourcePolicy"))
        return documents.first(name for one in found for name in grammar.odd_principals(one, kind))

    return broken


def _public(call: Call) -> tuple[object, ...] | None:
    found = documents.statements(call.get("ResourcePolicy"))
    return () if call.get("BlockPublicPolicy") and any(policy_rules.is_public(one) for one in found) else None


def _key_of_another_service(call: Call) -> tuple[object, ...] | None:
    """AWS's own keys serve one service each, and that for secrets is alias/aws/secretsmanager."""
    key = call.text("KmsKeyId")
    store = kms_stores[call.account][call.region]
    key_id = key.rpartition("key/")[2]
    of_key = [name for name, alias in store.aliases.items() if alias.metadata.get("TargetKeyId") == key_id]
    names = ["alias/" + key.rpartition("alias/")[2]] if "alias/" in key else of_key
    return () if any(name.startswith(_OF_AWS) and name != f"{_OF_AWS}secretsmanager" for name in names) else None


def _tags(call: Call) -> tagging.Tags:
    return tagging.pairs(call.get("Tags"))


_OF_AWS = "alias/aws/"
_TAGGING = ("CreateSecret", "TagResource")
_TAGS = "Secrets Manager API reference, TagResource"

RULES = (
    Rule(
        ("PutResourcePolicy",),
        _syntax,
        "MalformedPolicyDocumentException",
        "This policy has invalid syntax.",
        "awsdocs/aws-cloudformation-user-guide pull request 623, of a Version; of an operator by IAM's grammar",
        seen=True,
        remedy="Write 2012-10-17 as the Version, and condition operators of IAM, such as StringEquals.",
    ),
    Rule(
        ("PutResourcePolicy",),
        _odd("AWS"),
        "MalformedPolicyDocumentException",
        "This resource policy contains an unsupported principal.",
        "IAM guide, reference_policies_elements_principal.html; public issues",
        seen=True,
        remedy="Use an account's 12 digits, or the ARN of a role or user, in place of {} in the secret's policy.",
    ),
    Rule(
        ("PutResourcePolicy",),
        _odd("Service"),
        "MalformedPolicyDocumentException",
        "This resource policy contains an unsupported service principal.",
        "IAM guide, reference_policies_elements_principal.html; public issues",
        seen=True,
        remedy="Name a service in place of {} in the secret's policy, such as rds.amazonaws.com.",
    ),
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
        ("CreateSecret", "UpdateSecret"),
        _key_of_another_service,
        "AccessDeniedException",
        "Access to KMS is not allowed",
        "https://github.com/badmintoncryer/cdk-preflight/tree/main/rules/secretsmanager/pf-secretsmanager-kms-key",
        seen=True,
        remedy="Name a key of your own in KmsKeyId, or leave KmsKeyId out.",
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
