"""What IAM refuses when roles and policies are made."""

from __future__ import annotations

from typing import Any

from scripts.claims import names
from scripts.claims.claim import Claim
from scripts.claims.policies import allow, document, of_size, trust

QUOTAS = "IAM guide, reference_iam-quotas.html"
GRAMMAR = "IAM guide, reference_policies_grammar.html; public issues"
WORDS = "the sentence is one that users quote"
READ = allow("s3:GetObject")


def _inline(name: str, says: str, text: str, code: str, sentence: str, doubt: str = WORDS) -> Claim:
    return Claim(
        f"iam-inline-{name}",
        says,
        "iam",
        "PutRolePolicy",
        lambda stage: {
            "RoleName": stage.nobody.rpartition("/")[2],
            "PolicyName": "claim",
            "PolicyDocument": text,
        },
        code,
        sentence,
        doubt,
        GRAMMAR if code == "MalformedPolicyDocument" else QUOTAS,
    )


def _role(name: str, says: str, text: str, code: str, sentence: str, doubt: str = WORDS, **more: Any) -> Claim:
    return Claim(
        f"iam-role-{name}",
        says,
        "iam",
        "CreateRole",
        lambda stage: {
            "RoleName": stage.name(name),
            "AssumeRolePolicyDocument": text.replace("::000:", f"::{stage.account}:"),
            "Tags": names.tag_list(),
            **more,
        },
        code,
        sentence,
        doubt,
        GRAMMAR,
    )


GLUE = {"Service": "glue.amazonaws.com"}
_MALFORMED = "MalformedPolicyDocument"

CLAIMS = (
    _inline(
        "10241",
        "the inline policies of a role have 10,240 characters in all",
        of_size(10_241),
        "LimitExceeded",
        "Maximum policy size of 10240 bytes exceeded for role {prefix}-nobody",
    ),
    _inline(
        "principal",
        "an identity policy names no principal",
        document({**READ, "Principal": "*"}),
        _MALFORMED,
        "Policy document should not specify a principal",
    ),
    _inline(
        "sid",
        "a Sid of an identity policy has letters and digits only",
        document({**READ, "Sid": "read-files"}),
        _MALFORMED,
        "Check that your input satisfies the regular expression [0-9A-Za-z]*",
    ),
    Claim(
        "iam-managed-6145",
        "a managed policy has at most 6,144 characters",
        "iam",
        "CreatePolicy",
        lambda stage: {
            "PolicyName": stage.name("large"),
            "PolicyDocument": of_size(6_145),
            "Tags": names.tag_list(),
        },
        "LimitExceeded",
        "Cannot exceed quota for PolicySize: 6144",
        WORDS,
        QUOTAS,
    ),
    Claim(
        "iam-managed-6144",
        "6,144 characters are accepted, white space not counted",
        "iam",
        "CreatePolicy",
        lambda stage: {
            "PolicyName": stage.name("fits"),
            "PolicyDocument": of_size(6_144).replace(":{", ": {"),
            "Tags": names.tag_list(),
        },
        "",
        "",
        "whether white space counts",
        QUOTAS,
    ),
    _role(
        "trust-2049",
        "a trust policy has at most 2,048 characters",
        trust(GLUE, Condition={"StringLike": {"aws:SourceArn": "x" * 2048}}),
        "LimitExceeded",
        "Cannot exceed quota for ACLSizePerRole: 2048",
    ),
    _role(
        "unknown-principal",
        "a trust policy names roles that exist",
        trust({"AWS": "arn:aws:iam::000:role/letrus-aws-parity-no-such-role"}),
        _MALFORMED,
        'Invalid principal in policy: "AWS":"arn:aws:iam::{account}:role/letrus-aws-parity-no-such-role"',
    ),
    _role(
        "unknown-service",
        "a trust policy names services that exist",
        trust({"Service": "glue.aws.com"}),
        _MALFORMED,
        'Invalid principal in policy: "SERVICE":"glue.aws.com"',
    ),
    _role(
        "resource",
        "a trust policy has no Resource",
        trust(GLUE, Resource="*"),
        _MALFORMED,
        "Has prohibited field Resource",
    ),
    _role(
        "action",
        "a trust policy allows actions of STS only",
        trust(GLUE, Action="glue:StartJobRun"),
        _MALFORMED,
        "AssumeRole policy may only specify STS AssumeRole actions",
    ),
    _role(
        "no-principal",
        "a trust policy has a principal",
        document({"Effect": "Allow", "Action": "sts:AssumeRole"}),
        _MALFORMED,
        "Missing required field Principal",
        "which missing field AWS names first",
    ),
    _role(
        "description",
        "a role's description has Latin-1 characters",
        trust(GLUE),
        "ValidationError",
        "at 'description' failed to satisfy constraint",
        "whether AWS checks the pattern of its model",
        Description="lê – e grava",
    ),
    Claim(
        "iam-role-reserved-tag",
        "keys of tags do not begin with aws:",
        "iam",
        "CreateRole",
        lambda stage: {
            "RoleName": stage.name("tagged"),
            "AssumeRolePolicyDocument": trust(GLUE),
            "Tags": [{"Key": "aws:a", "Value": "b"}],
        },
        "InvalidInput",
        "aws: prefixed tag key names are not allowed for external use",
        WORDS,
        "IAM guide, id_tags.html",
    ),
)
