"""What KMS and the services that use a key refuse. A key costs money until its deletion is scheduled."""

from __future__ import annotations

from typing import Any

from scripts.claims import names
from scripts.claims.claim import Claim
from scripts.claims.policies import allow, deny, document
from scripts.claims.stage import Stage

STATE = "KMS developer guide, key-state.html"
LOCKED = "The new key policy will not allow you to update the key policy in the future"


def _key_policy(name: str, says: str, sentence: str, doubt: str, *statements: dict[str, Any]) -> Claim:
    """The account may always schedule the key's deletion, also under a policy that AWS should have refused."""

    def request(stage: Stage) -> dict[str, Any]:
        account = {"AWS": f"arn:aws:iam::{stage.account}:root"}
        remove = allow("kms:ScheduleKeyDeletion", "kms:Describe*", "kms:List*", Principal=account)
        text = document(remove, *statements).replace("::000:", f"::{stage.account}:")
        return {"KeyId": stage.key, "PolicyName": "default", "Policy": text}

    return Claim(
        f"kms-policy-{name}",
        says,
        "kms",
        "PutKeyPolicy",
        request,
        "MalformedPolicyDocumentException",
        sentence,
        doubt,
        "KMS API reference, PutKeyPolicy",
    )


_OF_ACCOUNT = {"AWS": "arn:aws:iam::000:root"}

CLAIMS = (
    _key_policy(
        "lock-out",
        "a key's policy lets its maker change it",
        LOCKED,
        "whether the account's principal counts for the caller",
    ),
    _key_policy(
        "denied",
        "also where a Deny is the reason",
        LOCKED,
        "whether AWS's check looks at Deny",
        allow("kms:PutKeyPolicy", Principal=_OF_ACCOUNT),
        deny("kms:PutKeyPolicy", Principal="*"),
    ),
    _key_policy(
        "unknown-principal",
        "a key's policy names roles that exist",
        "Policy contains a statement with one or more invalid principals",
        "the sentence is one that users quote",
        allow("kms:*", Principal=_OF_ACCOUNT),
        allow("kms:Decrypt", Principal={"AWS": "arn:aws:iam::000:role/letrus-aws-parity-no-such-role"}),
    ),
    Claim(
        "kms-rotation",
        "rotation periods have 90 days or more",
        "kms",
        "EnableKeyRotation",
        lambda stage: {"KeyId": stage.key, "RotationPeriodInDays": 30},
        "ValidationException",
        "at 'rotationPeriodInDays' failed to satisfy constraint",
        "the sentence",
        "KMS API reference, EnableKeyRotation",
    ),
    Claim(
        "kms-disabled",
        "a disabled key encrypts nothing",
        "kms",
        "Encrypt",
        lambda stage: {"KeyId": stage.disabled_key, "Plaintext": b"x"},
        "DisabledException",
        "{disabled_key} is disabled",
        "the sentence",
        STATE,
    ),
    Claim(
        "logs-key-policy",
        "a log group's key lets CloudWatch Logs use it",
        "logs",
        "CreateLogGroup",
        lambda stage: {"logGroupName": stage.name("encrypted"), "kmsKeyId": stage.key, "tags": names.TAGS},
        "AccessDeniedException",
        "The specified KMS key does not exist or is not allowed to be used with Arn "
        "'arn:aws:logs:{region}:{account}:log-group:{prefix}-encrypted'",
        "which actions AWS tries, and the code",
        "CloudWatch Logs user guide, encrypt-log-data-kms.html",
    ),
    Claim(
        "denied-s3-key",
        "an encrypted object without kms:Decrypt",
        "s3",
        "GetObject",
        lambda stage: {"Bucket": stage.encrypted_bucket, "Key": "object"},
        "AccessDenied",
        "User: {session} is not authorized to perform: kms:Decrypt on resource: {key} because no identity-based policy "
        "allows the kms:Decrypt action",
        "whether the sentence has quotation marks",
        "S3 user guide, troubleshoot-403-errors.html",
        "limited",
    ),
    Claim(
        "denied-secret-key",
        "an encrypted secret without kms:Decrypt",
        "secretsmanager",
        "GetSecretValue",
        lambda stage: {"SecretId": stage.encrypted_secret},
        "AccessDeniedException",
        "Access to KMS is not allowed",
        "the sentence is one that users quote",
        "Secrets Manager user guide, troubleshoot.html",
        "limited",
    ),
    Claim(
        "denied-kms-encrypt",
        "Encrypt without a right",
        "kms",
        "Encrypt",
        lambda stage: {"KeyId": stage.key, "Plaintext": b"x"},
        "AccessDeniedException",
        "User: {session} is not authorized to perform: kms:Encrypt on resource: {key} because no identity-based policy "
        "allows the kms:Encrypt action",
        "which policy the sentence names",
        "KMS developer guide, policy-evaluation.html",
        "nobody",
    ),
    Claim(
        "s3-head-encrypted",
        "HeadObject of an encrypted object needs no kms:Decrypt",
        "s3",
        "HeadObject",
        lambda stage: {"Bucket": stage.encrypted_bucket, "Key": "object"},
        "",
        "",
        "whether HeadObject asks for the key",
        "S3 API reference, HeadObject",
        "limited",
    ),
)
