"""Security configurations. They are kept and name a run's log groups; the encryption itself is not applied to runs."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext

from glue_aurora.glue.dialect import PAGES
from glue_aurora.glue.errors import AlreadyExistsError, EntityNotFoundError, InvalidInputError
from glue_aurora.glue.store import store_of


def create_security_configuration(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Creates a security configuration. The encryption is kept, and not applied to runs."""
    _check_keys(request["EncryptionConfiguration"])
    store = store_of(context)
    name = request["Name"]
    if name in store.security_configurations:
        raise AlreadyExistsError("Security configuration", name)
    created = datetime.now(UTC)
    store.security_configurations[name] = {
        "Name": name,
        "CreatedTimeStamp": created,
        "EncryptionConfiguration": request["EncryptionConfiguration"],
    }
    return {"Name": name, "CreatedTimestamp": created}


def get_security_configuration(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns a security configuration."""
    store = store_of(context)
    configuration = store.security_configurations.get(request["Name"])
    if configuration is None:
        raise _not_found(request["Name"])
    return {"SecurityConfiguration": configuration}


def get_security_configurations(context: RequestContext, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns all security configurations, by name."""
    store = store_of(context)
    ordered = [store.security_configurations[name] for name in sorted(store.security_configurations)]
    return PAGES.page(request, "SecurityConfigurations", ordered, key=lambda item: str(item["Name"]))


def delete_security_configuration(context: RequestContext, request: Mapping[str, Any]) -> None:
    """Deletes a security configuration."""
    store = store_of(context)
    if store.security_configurations.pop(request["Name"], None) is None:
        raise _not_found(request["Name"])


def _check_keys(encryption: Mapping[str, Any]) -> None:
    """Checks that each encryption with KMS names its key.

    Source: https://github.com/badmintoncryer/cdk-preflight/tree/main/rules/glue/pf-glue-security-configuration-kms-key

    Raises:
        InvalidInputError: [AWS] A mode with KMS has no key. AWS's sentence about bookmarks is the opposite of its rule.
    """
    objects = encryption.get("S3Encryption") or []
    logs, bookmarks = encryption.get("CloudWatchEncryption") or {}, encryption.get("JobBookmarksEncryption") or {}
    remedy = "Name the key's ARN in KmsKeyArn."
    if any(each.get("S3EncryptionMode") == "SSE-KMS" and not each.get("KmsKeyArn") for each in objects):
        raise InvalidInputError("kmsKeyArn can not be empty for s3EncryptionMode SSE_KMS", remedy=remedy)
    if logs.get("CloudWatchEncryptionMode") == "SSE-KMS" and not logs.get("KmsKeyArn"):
        raise InvalidInputError("kmsKeyArn can not be empty for cloudWatchEncryptionMode SSE_KMS", remedy=remedy)
    if bookmarks.get("JobBookmarksEncryptionMode") == "CSE-KMS" and not bookmarks.get("KmsKeyArn"):
        raise InvalidInputError("kmsKeyArn can only be empty for jobBookmarksEncryptionMode CSE_KMS", remedy=remedy)


def _not_found(name: str) -> EntityNotFoundError:
    return EntityNotFoundError(f"Security configuration {name} not found.")
