"""AWS KMS, called directly or by a service in the caller's name (kms:ViaService).

Source: service-authorization/latest/reference/list_awskeymanagementservice.html; KMS guide, policy-conditions.html.
"""

from collections.abc import Mapping
from dataclasses import replace

from glue_aurora.parity.identity.needs.need import Facts, Keys, Need
from glue_aurora.service.call import Call

_NO_KEY = frozenset({"ListKeys", "ListAliases", "GenerateRandom", "DescribeCustomKeyStores", "ListRetirableGrants"})
_KNOWN = (
    "kms:viaservice",
    "kms:encryptioncontext*",
    "kms:calleraccount",
    "kms:resourcealiases",
    "kms:requestalias",
    "kms:grantisforawsresource",
    "kms:granteeprincipal",
    "kms:grantoperations",
    "kms:bypasspolicylockoutsafetycheck",
)


def of_key(action: str, key: str, call: Call, facts: Facts, context: Keys) -> Need:
    """Returns the need of an action on a key. Keys are judged by their own policy too."""
    arn = facts.key_arn(key, call.account, call.region)
    keys: dict[str, tuple[str, ...]] = {
        f"aws:resourcetag/{name.lower()}": (value,) for name, value in facts.key_tags(arn).items()
    }
    keys["kms:calleraccount"] = (call.account,)
    if aliases := facts.key_aliases(arn):
        keys["kms:resourcealiases"] = aliases
    if "alias/" in key:
        keys["kms:requestalias"] = ("alias/" + key.rpartition("alias/")[2],)
    policy = facts.key_policy(arn)
    return Need(f"kms:{action}", arn, {**keys, **context}, _KNOWN, policy, resource_decides=policy is not None)


def via(service: str, action: str, key: str, call: Call, facts: Facts, encryption: Mapping[str, str]) -> list[Need]:
    """Returns the need of a service that uses a key in the caller's name, or none where AWS manages the key."""
    if facts.key_is_aws_managed(facts.key_arn(key, call.account, call.region)):
        return []
    context = {
        "kms:viaservice": (f"{service}.{call.region}.amazonaws.com",),
        **_of_encryption(encryption),
    }
    need = of_key(action, key, call, facts, context)
    return [replace(need, unknown=("aws:viaawsservice", "aws:calledvia*"))]


def needs(call: Call, facts: Facts) -> list[Need]:
    """Returns the needs of an operation of KMS."""
    if call.operation in _NO_KEY:
        return [Need(f"kms:{call.operation}", "*", known=_KNOWN)]
    if call.operation == "CreateKey":
        return _create_key(call)
    if "Alias" in call.operation:
        return _alias(call, facts)
    if call.operation == "ReEncrypt":
        found = [of_key("ReEncryptTo", call.text("DestinationKeyId"), call, facts, {})]
        if source := call.text("SourceKeyId"):
            found.insert(0, of_key("ReEncryptFrom", source, call, facts, {}))
        return found
    key = call.text("KeyId")
    if not key:  # Decrypt of a text that names its key
        return [Need(f"kms:{call.operation}", None, known=_KNOWN, unknown=("aws:resourcetag/*",))]
    context = _of_encryption(call.parameters.get("EncryptionContext") or {})
    if call.operation == "CreateGrant":
        context["kms:granteeprincipal"] = (call.text("GranteePrincipal"),)
        context["kms:grantoperations"] = tuple(call.parameters.get("Operations") or ())
        context["kms:grantisforawsresource"] = ("false",)
    return [of_key(call.operation, key, call, facts, context)]


def _create_key(call: Call) -> list[Need]:
    """KMS guide, create-keys.html: a key with tags needs kms:TagResource, one with a policy kms:PutKeyPolicy."""
    tags = {str(tag.get("TagKey")): str(tag.get("TagValue")) for tag in call.parameters.get("Tags") or []}
    context: dict[str, tuple[str, ...]] = {f"aws:requesttag/{name.lower()}": (value,) for name, value in tags.items()}
    if tags:
        context["aws:tagkeys"] = tuple(tags)
    actions = ["CreateKey", *(["TagResource"] if tags else [])]
    return [Need(f"kms:{action}", "*", context, _KNOWN) for action in actions]


def _alias(call: Call, facts: Facts) -> list[Need]:
    """An alias and its key must both allow it (KMS guide, alias-access.html)."""
    name = call.text("AliasName")
    found = [Need(f"kms:{call.operation}", call.arn("kms", name), known=_KNOWN)]
    keys = [call.text("TargetKeyId")]
    if call.operation in ("UpdateAlias", "DeleteAlias"):
        keys.append(facts.key_of_alias(name, call.account, call.region) or "")
    return found + [of_key(call.operation, key, call, facts, {}) for key in dict.fromkeys(keys) if key]


def _of_encryption(context: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    keys: dict[str, tuple[str, ...]] = {
        f"kms:encryptioncontext:{name.lower()}": (str(value),) for name, value in context.items()
    }
    if context:
        keys["kms:encryptioncontextkeys"] = tuple(context)
    return keys
