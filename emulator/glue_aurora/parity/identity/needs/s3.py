"""Amazon S3. Names of actions differ from those of operations.

Sources: service-authorization/latest/reference/list_amazons3.html; AmazonS3/latest/API (each operation's
"Permissions"); AmazonS3/latest/userguide/UsingKMSEncryption.html (the caller's rights to the key, with the object's
ARN, or the bucket's under a bucket key, as encryption context).
"""

import urllib.parse
from collections.abc import Callable
from dataclasses import replace

from glue_aurora.parity.identity.needs import kms
from glue_aurora.parity.identity.needs.need import Facts, Need
from glue_aurora.service.call import Call

_WRITTEN = {
    "s3:x-amz-acl": "ACL",
    "s3:x-amz-grant-full-control": "GrantFullControl",
    "s3:x-amz-grant-read": "GrantRead",
    "s3:x-amz-grant-read-acp": "GrantReadACP",
    "s3:x-amz-grant-write": "GrantWrite",
    "s3:x-amz-grant-write-acp": "GrantWriteACP",
    "s3:x-amz-server-side-encryption": "ServerSideEncryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id": "SSEKMSKeyId",
    "s3:x-amz-server-side-encryption-customer-algorithm": "SSECustomerAlgorithm",
    "s3:x-amz-storage-class": "StorageClass",
    "s3:x-amz-website-redirect-location": "WebsiteRedirectLocation",
    "s3:x-amz-metadata-directive": "MetadataDirective",
}
_ASKED = {
    "s3:prefix": "Prefix",
    "s3:delimiter": "Delimiter",
    "s3:max-keys": "MaxKeys",
    "s3:versionid": "VersionId",
    **_WRITTEN,
}
_KNOWN = (*_ASKED, "s3:requestobjecttag/*", "s3:requestobjecttagkeys")
_ALWAYS = {
    "s3:signatureversion": ("AWS4-HMAC-SHA256",),
    "s3:tlsversion": ("1.3",),
}
# An upload's parts carry no header of its start. AWS's pages do not say what a condition on such a header sees.
_OF_THE_START = (*_WRITTEN, "s3:requestobjecttag/*", "s3:requestobjecttagkeys")
_OF_A_LIST = ("s3:prefix", "s3:delimiter", "s3:max-keys")
# Operations of a bucket whose action has another name.
_BUCKET_ACTIONS = {
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "HeadBucket": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketLifecycle": "GetLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketReplication": "GetReplicationConfiguration",
    "PutBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "GetBucketCors": "GetBucketCORS",
    "PutBucketCors": "PutBucketCORS",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "GetBucketInventoryConfiguration": "GetInventoryConfiguration",
    "ListBucketInventoryConfigurations": "GetInventoryConfiguration",
    "PutBucketInventoryConfiguration": "PutInventoryConfiguration",
    "DeleteBucketInventoryConfiguration": "PutInventoryConfiguration",
    "GetBucketAnalyticsConfiguration": "GetAnalyticsConfiguration",
    "ListBucketAnalyticsConfigurations": "GetAnalyticsConfiguration",
    "PutBucketAnalyticsConfiguration": "PutAnalyticsConfiguration",
    "DeleteBucketAnalyticsConfiguration": "PutAnalyticsConfiguration",
    "GetBucketMetricsConfiguration": "GetMetricsConfiguration",
    "ListBucketMetricsConfigurations": "GetMetricsConfiguration",
    "PutBucketMetricsConfiguration": "PutMetricsConfiguration",
    "DeleteBucketMetricsConfiguration": "PutMetricsConfiguration",
    "GetBucketIntelligentTieringConfiguration": "GetIntelligentTieringConfiguration",
    "ListBucketIntelligentTieringConfigurations": "GetIntelligentTieringConfiguration",
    "PutBucketIntelligentTieringConfiguration": "PutIntelligentTieringConfiguration",
    "DeleteBucketIntelligentTieringConfiguration": "PutIntelligentTieringConfiguration",
}
_OBJECT_ACTIONS = {
    "AbortMultipartUpload": "AbortMultipartUpload",
    "ListParts": "ListMultipartUploadParts",
}


def needs(call: Call, facts: Facts) -> list[Need]:
    """Returns the needs of an operation of S3. S3 answers about a missing bucket by itself."""
    bucket, key = call.text("Bucket"), call.text("Key")
    if call.operation == "ListBuckets":
        return [_need(call, facts, "ListAllMyBuckets", "*")]
    if call.operation == "CreateBucket":
        return _create_bucket(call, facts)
    if not facts.bucket_exists(bucket):
        return []
    if special := _SPECIAL.get(call.operation):
        return special(call, facts)
    if key:
        action = _OBJECT_ACTIONS.get(call.operation, call.operation)
        return [_object(call, facts, _versioned(action, call), bucket, key)]
    return [_bucket(call, facts, _BUCKET_ACTIONS.get(call.operation, call.operation))]


def _create_bucket(call: Call, facts: Facts) -> list[Need]:
    """API reference, CreateBucket, "Permissions"."""
    actions = ["CreateBucket"]
    if call.text("ACL") and call.text("ACL") != "private":
        actions.append("PutBucketAcl")
    if call.parameters.get("ObjectLockEnabledForBucket"):
        actions += ["PutBucketObjectLockConfiguration", "PutBucketVersioning"]
    if call.text("ObjectOwnership"):
        actions.append("PutBucketOwnershipControls")
    return [_bucket(call, facts, action) for action in actions]


def _read(call: Call, facts: Facts) -> list[Need]:
    bucket, key, version = call.text("Bucket"), call.text("Key"), call.text("VersionId")
    found = [_object(call, facts, _versioned("GetObject", call), bucket, key)]
    if not facts.object_exists(bucket, key, version):
        # Without ListBucket a missing key is 403, not 404 (API reference, GetObject, "Permissions").
        return [*found, replace(_bucket(call, facts, "ListBucket"), unknown=_OF_A_LIST)]
    # HeadObject needs the key for the checksum only (API reference, HeadObject, "Permissions").
    if call.operation == "HeadObject" and call.text("ChecksumMode") != "ENABLED":
        return found
    return [*found, *_decrypt(call, facts, bucket, key, version)]


def _write(call: Call, facts: Facts) -> list[Need]:
    bucket, key = call.text("Bucket"), call.text("Key")
    found = [_object(call, facts, "PutObject", bucket, key)]
    if call.text("Tagging"):
        found.append(_object(call, facts, "PutObjectTagging", bucket, key))
    if call.text("ACL") and call.text("ACL") != "private":
        found.append(_object(call, facts, "PutObjectAcl", bucket, key))
    if used := _key_to_write(call, facts, bucket):
        found += _with_key(call, facts, "GenerateDataKey", used, bucket, key)
    return found


def _part(call: Call, facts: Facts) -> list[Need]:
    """API reference, CreateMultipartUpload, "Permissions": the start needs GenerateDataKey, each part Decrypt."""
    bucket, key = call.text("Bucket"), call.text("Key")
    found = [replace(_object(call, facts, "PutObject", bucket, key), unknown=_OF_THE_START)]
    if used := facts.upload_key(bucket, call.text("UploadId")):
        found += _with_key(call, facts, "Decrypt", used, bucket, key)
    return found


def _copy(call: Call, facts: Facts) -> list[Need]:
    bucket, key, version = source_of(call.parameters.get("CopySource"))
    writing = _part(call, facts) if call.operation == "UploadPartCopy" else _write(call, facts)
    if not facts.bucket_exists(bucket):
        return writing
    action = "GetObjectVersion" if version else "GetObject"
    reading = [_object(call, facts, action, bucket, key)]
    if not facts.object_exists(bucket, key, version):
        listing = _need(call, facts, "ListBucket", f"arn:aws:s3:::{bucket}", bucket)
        return [*reading, replace(listing, unknown=_OF_A_LIST)]
    reading += _decrypt(call, facts, bucket, key, version)
    # The tags are copied too, unless the request has others (API reference, CopyObject, "Permissions").
    keeps_tags = call.operation == "CopyObject" and call.text("TaggingDirective") != "REPLACE"
    if keeps_tags and facts.object_has_tags(bucket, key, version):
        reading.append(_object(call, facts, "GetObjectTagging", bucket, key))
        writing.append(_object(call, facts, "PutObjectTagging", call.text("Bucket"), call.text("Key")))
    return [*reading, *writing]


def source_of(source: object) -> tuple[str, str, str]:
    """Returns bucket, key and version of a CopySource, `/bucket/key?versionId=…`, each part quoted for a URL."""
    path, _, version = str(source or "").removeprefix("/").partition("?versionId=")
    bucket, _, key = urllib.parse.unquote(path).partition("/")
    return bucket, key, version


def _delete(call: Call, facts: Facts) -> list[Need]:
    action = "DeleteObjectVersion" if call.text("VersionId") else "DeleteObject"
    return [_object(call, facts, action, call.text("Bucket"), call.text("Key"))]


def of_deleted(call: Call, facts: Facts, key: str, version: str) -> Need:
    """Returns the need of one key of DeleteObjects, which answers each key by itself."""
    action = "DeleteObjectVersion" if version else "DeleteObject"
    return _object(call, facts, action, call.text("Bucket"), key)


def _attributes(call: Call, facts: Facts) -> list[Need]:
    bucket, key = call.text("Bucket"), call.text("Key")
    version = "Version" if call.text("VersionId") else ""
    return [_object(call, facts, f"GetObject{version}{what}", bucket, key) for what in ("", "Attributes")]


_SPECIAL: dict[str, Callable[[Call, Facts], list[Need]]] = {
    "GetObject": _read,
    "HeadObject": _read,
    "SelectObjectContent": _read,
    "GetObjectAttributes": _attributes,
    "PutObject": _write,
    "CreateMultipartUpload": _write,
    "UploadPart": _part,
    "CompleteMultipartUpload": _part,
    "CopyObject": _copy,
    "UploadPartCopy": _copy,
    "DeleteObject": _delete,
    "DeleteObjects": lambda call, facts: [],
}


def _versioned(action: str, call: Call) -> str:
    if not call.text("VersionId"):
        return action
    return {
        "GetObject": "GetObjectVersion",
        "GetObjectAcl": "GetObjectVersionAcl",
        "PutObjectAcl": "PutObjectVersionAcl",
    }.get(action, action.replace("ObjectTagging", "ObjectVersionTagging"))


def _object(call: Call, facts: Facts, action: str, bucket: str, key: str) -> Need:
    return _need(call, facts, action, f"arn:aws:s3:::{bucket}/{key}", bucket)


def _bucket(call: Call, facts: Facts, action: str) -> Need:
    bucket = call.text("Bucket")
    return _need(call, facts, action, f"arn:aws:s3:::{bucket}", bucket)


def _need(call: Call, facts: Facts, action: str, resource: str, bucket: str = "") -> Need:
    context: dict[str, tuple[str, ...]] = {name: (given,) for name, of in _ASKED.items() if (given := call.text(of))}
    if action.startswith("Get"):  # of a copy's source
        context = {name: value for name, value in context.items() if name not in _WRITTEN}
    context |= _ALWAYS
    tags = urllib.parse.parse_qsl(call.text("Tagging")) if call.operation in _SPECIAL else []
    context |= {f"s3:requestobjecttag/{name.lower()}": (value,) for name, value in tags}
    if tags:
        context["s3:requestobjecttagkeys"] = tuple(name for name, _ in tags)
    if action == "ListBucket":
        context.setdefault("s3:prefix", ("",))
    return Need(f"s3:{action}", resource, context, _KNOWN, facts.bucket_policy(bucket) if bucket else None)


def _decrypt(call: Call, facts: Facts, bucket: str, key: str, version: str) -> list[Need]:
    used = facts.object_key(bucket, key, version)
    return _with_key(call, facts, "Decrypt", used, bucket, key) if used else []


def _key_to_write(call: Call, facts: Facts, bucket: str) -> tuple[str, bool] | None:
    """Returns the KMS key of a new object, by the request or the bucket, and whether it is under a bucket key."""
    default = facts.bucket_key(bucket)
    if call.text("ServerSideEncryption") not in ("", "aws:kms", "aws:kms:dsse") or call.text("SSECustomerAlgorithm"):
        return None
    used = call.text("SSEKMSKeyId") or (default[0] if default else "")
    if not used:
        return None
    asked = call.parameters.get("BucketKeyEnabled")
    return used, bool(default and default[1]) if asked is None else bool(asked)


def _with_key(call: Call, facts: Facts, action: str, used: tuple[str, bool], bucket: str, key: str) -> list[Need]:
    """Returns the need to use a KMS key, with the object's ARN as context, or the bucket's under a bucket key."""
    arn = f"arn:aws:s3:::{bucket}" if used[1] else f"arn:aws:s3:::{bucket}/{key}"
    return kms.via("s3", action, used[0], call, facts, {"aws:s3:arn": arn})
