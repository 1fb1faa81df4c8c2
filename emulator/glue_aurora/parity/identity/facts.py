"""What LocalStack's services hold about buckets, objects, keys and secrets. Read in process, at each request."""

import json
from collections.abc import Mapping
from typing import Any

from localstack.services.kms.models import kms_stores
from localstack.services.s3.models import s3_stores
from moto.iam.models import iam_backends
from moto.secretsmanager.models import secretsmanager_backends

from glue_aurora.parity.identity.needs.need import Secret
from glue_aurora.parity.identity.policy import Kind, Policy

_PARTITION = "aws"


class EmulatorFacts:
    """The facts of all accounts and regions."""

    def bucket_exists(self, bucket: str) -> bool:
        """Returns whether there is such a bucket."""
        return _bucket(bucket) is not None

    def bucket_policy(self, bucket: str) -> Policy | None:
        """Returns the policy of a bucket."""
        found = _bucket(bucket)
        return _resource_policy(f"the policy of bucket {bucket}", found.policy) if found and found.policy else None

    def bucket_key(self, bucket: str) -> tuple[str, bool] | None:
        """Returns the KMS key of the bucket's default encryption and whether it has a bucket key."""
        found = _bucket(bucket)
        rule: Mapping[str, Any] = (found.encryption_rule if found else None) or {}
        by_default = rule.get("ApplyServerSideEncryptionByDefault") or {}
        key = by_default.get("KMSMasterKeyID")
        return (str(key), bool(rule.get("BucketKeyEnabled"))) if key else None

    def object_exists(self, bucket: str, key: str, version: str) -> bool:
        """Returns whether there is such an object."""
        return _object(bucket, key, version) is not None

    def object_key(self, bucket: str, key: str, version: str) -> tuple[str, bool] | None:
        """Returns the KMS key of an object and whether it is under a bucket key."""
        return _key_of(_object(bucket, key, version))

    def object_has_tags(self, bucket: str, key: str, version: str) -> bool:
        """Returns whether an object has tags."""
        found = _object(bucket, key, version)
        if found is None:
            return False
        name = f"{bucket}/{key}/{found.version_id or 'null'}"
        return any(store.TAGS.tags.get(name) for regions in s3_stores.values() for store in regions.values())

    def upload_key(self, bucket: str, upload: str) -> tuple[str, bool] | None:
        """Returns the KMS key of a multipart upload and whether it is under a bucket key."""
        found = _bucket(bucket)
        multipart = found.multiparts.get(upload) if found else None
        return _key_of(multipart.object) if multipart else None

    def key_arn(self, key: str, account: str, region: str) -> str:
        """Returns the ARN of a key that is named by id, ARN or alias."""
        if "alias/" in key:
            if key.startswith("arn:"):
                region, account = key.split(":")[3:5]
            key = self.key_of_alias("alias/" + key.rpartition("alias/")[2], account, region) or key
        return key if key.startswith("arn:") else f"arn:aws:kms:{region}:{account}:key/{key.rpartition('key/')[2]}"

    def key_of_alias(self, alias: str, account: str, region: str) -> str | None:
        """Returns the id of the key that an alias stands for."""
        found = kms_stores[account][region].aliases.get(alias)
        return str(found.metadata["TargetKeyId"]) if found else None

    def key_is_aws_managed(self, arn: str) -> bool:
        """Returns whether AWS manages the key. Its policy lets everybody of the account use it through its service."""
        _, _, _, region, account, _ = arn.split(":", 5)
        found = _key(arn)
        by_s3 = s3_stores[account][region].aws_managed_kms_key_id
        return bool(found) and (found.metadata.get("KeyManager") == "AWS" or arn == by_s3)

    def key_state(self, arn: str) -> str:
        """Returns the state of a key, `Enabled` where there is no such key."""
        found = _key(arn)
        return str(found.metadata.get("KeyState") or "Enabled") if found else "Enabled"

    def key_policy(self, arn: str) -> Policy | None:
        """Returns the policy of a key, with its grants as further statements."""
        found = _key(arn)
        if found is None:
            return None
        _, _, _, region, account, _ = arn.split(":", 5)
        grants = [
            _of_grant(name, grant.metadata)
            for name, grant in kms_stores[account][region].grants.items()
            if grant.metadata.get("KeyArn") == arn
        ]
        label = f"the policy of key {arn}"
        if not grants:
            return _resource_policy(label, found.policy)
        document = json.loads(found.policy)
        statements = document.get("Statement") or []
        document["Statement"] = [*(statements if isinstance(statements, list) else [statements]), *grants]
        return _resource_policy(label, document)

    def key_tags(self, arn: str) -> Mapping[str, str]:
        """Returns the tags of a key."""
        found = _key(arn)
        return dict(found.tags) if found else {}

    def key_aliases(self, arn: str) -> tuple[str, ...]:
        """Returns the aliases of a key."""
        _, _, _, region, account, key = arn.split(":", 5)
        wanted = key.removeprefix("key/")
        aliases = kms_stores[account][region].aliases.items()
        return tuple(name for name, alias in aliases if alias.metadata["TargetKeyId"] == wanted)

    def secret(self, secret: str, account: str, region: str) -> Secret | None:
        """Returns a secret that is named by name or ARN."""
        found: Any = secretsmanager_backends[account][region].secrets.get(secret)
        if found is None:
            return None
        given = getattr(found, "policy", None)
        policy = _resource_policy(f"the policy of secret {found.arn}", given) if given else None
        tags = {str(tag["Key"]): str(tag["Value"]) for tag in found.tags or []}
        return Secret(found.arn, found.kms_key_id, policy, tags)

    def role(self, name: str, account: str) -> tuple[str, Policy] | None:
        """Returns ARN and trust policy of a role that is named by name or ARN."""
        for role in iam_backends[account][_PARTITION].roles.values():
            if name in (role.arn, role.name):
                document = role.assume_role_policy_document
                return role.arn, Policy.read(Kind.TRUST, f"the trust policy of {role.arn}", document)
        return None


def _bucket(name: str) -> Any:
    for regions in s3_stores.values():
        for store in regions.values():
            if name in store.buckets:
                return store.buckets[name]
    return None


def _object(bucket: str, key: str, version: str) -> Any:
    found = _bucket(bucket)
    if found is None:
        return None
    stored = found.objects.get(key, version) if version and found.versioning_status else found.objects.get(key)
    return stored if hasattr(stored, "kms_key_id") else None  # a delete marker has none


def _key_of(found: Any) -> tuple[str, bool] | None:
    return (str(found.kms_key_id), bool(found.bucket_key_enabled)) if found and found.kms_key_id else None


def _key(arn: str) -> Any:
    _, _, _, region, account, key = arn.split(":", 5)
    return kms_stores[account][region].keys.get(key.removeprefix("key/"))


def _of_grant(name: str, grant: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a grant in the form of a statement of the key's policy (KMS guide, grants.html)."""
    conditions: dict[str, Any] = {}
    for kind in ("EncryptionContextEquals", "EncryptionContextSubset"):
        for key, value in ((grant.get("Constraints") or {}).get(kind) or {}).items():
            conditions.setdefault("StringEquals", {})[f"kms:EncryptionContext:{key}"] = value
    return {
        "Sid": f"grant {name}",
        "Effect": "Allow",
        "Principal": {"AWS": grant.get("GranteePrincipal")},
        "Action": [f"kms:{operation}" for operation in grant.get("Operations") or []],
        "Resource": "*",
        **({"Condition": conditions} if conditions else {}),
    }


def _resource_policy(label: str, document: str | Mapping[str, Any]) -> Policy:
    return Policy.read(Kind.RESOURCE, label, document)
