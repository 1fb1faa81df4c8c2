"""AWS Secrets Manager. It uses a secret's own key in the caller's name.

Sources: service-authorization/latest/reference/list_awssecretsmanager.html;
secretsmanager/latest/userguide/security-encryption.html (encryption context SecretARN and SecretVersionId).
"""

from dataclasses import replace

from glue_aurora.parity.identity.needs import kms
from glue_aurora.parity.identity.needs.need import Facts, Need
from glue_aurora.service.call import Call

_KNOWN = (
    "secretsmanager:secretid",
    "secretsmanager:versionid",
    "secretsmanager:versionstage",
    "secretsmanager:name",
    "secretsmanager:resourcetag/*",
)
_NO_SECRET = frozenset({"ListSecrets", "GetRandomPassword"})
_WITH_KEY = {
    "GetSecretValue": ("Decrypt",),
    "PutSecretValue": ("GenerateDataKey", "Decrypt"),
    "UpdateSecret": ("GenerateDataKey", "Decrypt"),
}
_STAGE = "AWSCURRENT"


def needs(call: Call, facts: Facts) -> list[Need]:
    """Returns the needs of an operation of Secrets Manager."""
    action = f"secretsmanager:{call.operation}"
    if call.operation in _NO_SECRET:
        return [Need(action, "*", known=_KNOWN)]
    if call.operation == "BatchGetSecretValue":
        each = [
            replace(call, operation="GetSecretValue", parameters={"SecretId": name})
            for name in call.parameters.get("SecretIdList") or []
        ]
        return [Need(action, "*", known=_KNOWN), *(need for one in each for need in needs(one, facts))]
    if call.operation == "CreateSecret":
        return _create(call, facts)
    name = call.text("SecretId")
    found = facts.secret(name, call.account, call.region)
    if found is None:
        # A policy names a secret with the six characters that AWS adds to its name, or with wildcards for them.
        resource = name if name.startswith("arn:") else call.arn("secretsmanager", f"secret:{name}-??????")
        return [Need(action, resource, known=_KNOWN)]
    tags = {f"aws:resourcetag/{key.lower()}": (value,) for key, value in found.tags.items()}
    context: dict[str, tuple[str, ...]] = {"secretsmanager:secretid": (found.arn,), **tags}
    context |= {key.replace("aws:", "secretsmanager:", 1): value for key, value in tags.items()}
    if call.operation == "GetSecretValue":
        context["secretsmanager:versionstage"] = (call.text("VersionStage") or _STAGE,)
    if call.text("VersionId"):
        context["secretsmanager:versionid"] = (call.text("VersionId"),)
    needed = [Need(action, found.arn, context, _KNOWN, found.policy)]
    if found.key:
        for one in _WITH_KEY.get(call.operation, ()):
            needed += kms.via("secretsmanager", one, found.key, call, facts, {"SecretARN": found.arn})
    return needed


def _create(call: Call, facts: Facts) -> list[Need]:
    arn = call.arn("secretsmanager", f"secret:{call.text('Name')}-AbCdEf")
    tags = {str(tag.get("Key")): str(tag.get("Value")) for tag in call.parameters.get("Tags") or []}
    context: dict[str, tuple[str, ...]] = {f"aws:requesttag/{name.lower()}": (value,) for name, value in tags.items()}
    context["secretsmanager:name"] = (call.text("Name"),)
    if tags:
        context["aws:tagkeys"] = tuple(tags)
    actions = ["CreateSecret", *(["TagResource"] if tags else [])]
    needed = [Need(f"secretsmanager:{action}", arn, context, _KNOWN) for action in actions]
    if key := call.text("KmsKeyId"):
        for one in ("GenerateDataKey", "Decrypt"):
            needed += kms.via("secretsmanager", one, key, call, facts, {"SecretARN": arn})
    return needed
