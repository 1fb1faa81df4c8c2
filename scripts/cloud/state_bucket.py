"""The bucket of Terraform's state. The same code makes it on AWS and in the local environment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from scripts.base import hcl
from scripts.base.errors import CommandError
from scripts.base.paths import TERRAFORM

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import LifecycleRuleTypeDef, ServerSideEncryptionRuleTypeDef

TAGS = {"Project": "letrus-data-case", "Purpose": "terraform-state"}
KEPT_DAYS, KEPT_VERSIONS = 90, 10  # of older states; the newest ten never expire


def default_name() -> str:
    """Returns the bucket that `terraform/backend.tf` names."""
    (terraform,) = hcl.load(TERRAFORM / "backend.tf")["terraform"]
    return hcl.text(dict(hcl.blocks(terraform, "backend"))["s3"]["bucket"])


def ensure(s3: S3Client, name: str, account: str, region: str, partition: str = "aws", *, adopt: bool = False) -> bool:
    """Creates bucket `name` if it is missing, and sets all its settings; returns whether it was created.

    The bucket is versioned, encrypted, and closed to the public and to plain HTTP. It has no ACLs, and older versions
    expire. After an interruption the next call completes it. With `adopt` a bucket of any purpose is taken.

    Raises:
        CommandError: the bucket belongs to another account, or its owner uses it for something else.
    """
    created = not exists(s3, name, account)
    if created:
        _create(s3, name, region)
    elif not adopt and not _is_ours(s3, name, account):
        raise CommandError(
            f"bucket {name} is yours, but not this project's: its policy and life cycle would be overwritten",
            "choose another name: STATE_BUCKET=…; or, if you mean this bucket, tag it "
            + ", ".join(f"{key}={value}" for key, value in TAGS.items()),
        )
    owned: dict[str, Any] = {"Bucket": name, "ExpectedBucketOwner": account}
    s3.put_bucket_tagging(**owned, Tagging={"TagSet": [{"Key": key, "Value": TAGS[key]} for key in TAGS]})
    s3.put_public_access_block(
        **owned,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    s3.put_bucket_ownership_controls(**owned, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
    s3.put_bucket_versioning(**owned, VersioningConfiguration={"Status": "Enabled"})
    encryption: ServerSideEncryptionRuleTypeDef = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.put_bucket_encryption(**owned, ServerSideEncryptionConfiguration={"Rules": [encryption]})
    s3.put_bucket_lifecycle_configuration(**owned, LifecycleConfiguration={"Rules": [_CLEAN_UP]})
    s3.put_bucket_policy(**owned, Policy=json.dumps(_tls_only(name, partition)))
    return created


_CLEAN_UP: LifecycleRuleTypeDef = {
    "ID": "clean-up",
    "Status": "Enabled",
    "Filter": {},
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    "NoncurrentVersionExpiration": {"NoncurrentDays": KEPT_DAYS, "NewerNoncurrentVersions": KEPT_VERSIONS},
}


def _tls_only(name: str, partition: str) -> dict[str, Any]:
    arn = f"arn:{partition}:s3:::{name}"
    statement = {
        "Sid": "DenyPlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def exists(s3: S3Client, name: str, account: str) -> bool:
    """Whether bucket `name` exists.

    Raises:
        CommandError: another account has the name, or the bucket is closed to the caller.
    """
    try:
        s3.head_bucket(Bucket=name, ExpectedBucketOwner=account)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status == 404:
            return False
        if status == 403:
            raise _not_yours(name) from None
        raise
    return True


def _create(s3: S3Client, name: str, region: str) -> None:
    # us-east-1 is the only region that must not be named (S3 API, CreateBucket, LocationConstraint).
    where: Any = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        s3.create_bucket(Bucket=name, **where)
    except s3.exceptions.BucketAlreadyExists:
        raise _not_yours(name) from None


def _is_ours(s3: S3Client, name: str, account: str) -> bool:
    """Whether the bucket has the project's tags, or is empty and untagged, as an interrupted creation leaves it."""
    owned: Any = {"Bucket": name, "ExpectedBucketOwner": account}
    try:
        tags = {each["Key"]: each["Value"] for each in s3.get_bucket_tagging(**owned)["TagSet"]}
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchTagSet":
            raise
        tags = {}
    if TAGS.items() <= tags.items():
        return True
    found = s3.list_object_versions(**owned, MaxKeys=1)
    return not tags and not found.get("Versions") and not found.get("DeleteMarkers")


def _not_yours(name: str) -> CommandError:
    return CommandError(
        f"the bucket name {name} is taken by another account, or your credentials may not read the bucket",
        "choose another AWS_PROFILE, or another name with STATE_BUCKET=…; a bucket's name is unique in all of AWS",
    )
