"""What `make aws-destroy` does besides Terraform: empties versioned buckets first, and says what is left afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from scripts.base.errors import CommandError
from scripts.cloud.account import Account

Known = Mapping[str, str]  # of: bucket, kms_key, cluster, secret, snapshot


def known(memory: Path, resources: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What the commands must know of the state's ``resources``, with what ``memory`` holds of an interrupted destroy.

    That has taken outputs and some resources out of the state already. ``memory`` is written anew.
    """
    found: dict[str, str] = json.loads(memory.read_text()) if memory.exists() else {}
    for each in resources:
        values = each["values"]
        if each["type"] == "aws_s3_bucket":
            found["bucket"] = values["bucket"]
        elif each["type"] == "aws_kms_key":
            found["kms_key"] = values["arn"]
        elif each["type"] == "aws_rds_cluster":
            found["cluster"] = values["cluster_identifier"]
            for secret in values.get("master_user_secret") or []:  # none yet, if the creation broke off
                found["secret"] = secret["secret_arn"]
            if not values.get("skip_final_snapshot", True):
                found["snapshot"] = values["final_snapshot_identifier"]
    if found:
        memory.write_text(json.dumps(found))
    return found


def check_not_protected(account: Account, cluster: str | None) -> None:
    """Raises CommandError while the environment is protected: then nothing is emptied that could not go."""
    if not cluster:
        return
    try:
        found = account.client("rds").describe_db_clusters(DBClusterIdentifier=cluster)["DBClusters"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "DBClusterNotFoundFault":
            raise
        return
    if any(each.get("DeletionProtection") for each in found):
        file = f"terraform/environments/{account.environment}.tfvars"
        raise CommandError(
            f"environment {account.environment} is protected against deletion: nothing was changed",
            f"set deletion_protection = false in {file}, then make aws-plan, aws-apply, and aws-destroy again",
        )


def empty_bucket(account: Account, bucket: str) -> int:
    """Removes every version of every object, and uploads that were never finished; returns how many versions.

    A bucket that is gone already counts as empty; interrupted, the next call goes on.
    """
    s3, owned = account.client("s3"), {"Bucket": bucket, "ExpectedBucketOwner": account.account_id}
    removed = 0
    try:
        for page in s3.get_paginator("list_object_versions").paginate(**owned):
            found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            objects = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
            if objects:
                done = s3.delete_objects(**owned, Delete={"Objects": objects, "Quiet": True})
                if failed := done.get("Errors"):
                    raise CommandError(f"{bucket}: {failed[0]['Key']} can't be deleted: {failed[0]['Message']}")
            removed += len(objects)
        for page in s3.get_paginator("list_multipart_uploads").paginate(**owned):
            for each in page.get("Uploads", []):
                s3.abort_multipart_upload(**owned, Key=each["Key"], UploadId=each["UploadId"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise
    return removed


def keep_key_of_snapshot(account: Account, known: Known) -> None:
    """Takes the key that the last snapshot needs off AWS's list for deletion, on which Terraform has put it.

    Without its key a snapshot can't be restored, and nobody can bring a deleted key back
    (https://repost.aws/knowledge-center/rds-aurora-inaccessible-state). Does nothing where there is no snapshot.
    """
    key = known.get("kms_key")
    if key and known.get("snapshot"):
        kms = account.client("kms")
        if kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion":
            kms.cancel_key_deletion(KeyId=key)  # it is disabled then


def left(account: Account, known: Known) -> Iterator[str]:
    """A line for each thing that is still there after `terraform destroy`, and until when."""
    if key := known.get("kms_key"):
        found = account.client("kms").describe_key(KeyId=key)["KeyMetadata"]
        if found["KeyState"] == "PendingDeletion":
            yield f"KMS key {key}: without use, costs nothing, deleted on {found['DeletionDate']:%Y-%m-%d}"
        elif known.get("snapshot"):
            yield (
                f"KMS key {key}: disabled, $1 a month, for the snapshot can't be restored without it. Before that: "
                f"aws kms enable-key --key-id {found['KeyId']}; when the snapshot is gone: "
                f"aws kms schedule-key-deletion --key-id {found['KeyId']}"
            )
        else:
            yield f"KMS key {key}: {found['KeyState']}"
    if secret := known.get("secret"):
        yield from _secret(account, secret)
    if snapshot := known.get("snapshot"):
        yield f"Aurora snapshot {snapshot}: until you delete it, at the price of its storage"
    # RDS and Glue make such groups themselves; Terraform knows nothing of them.
    for prefix in (f"/aws/rds/cluster/{known.get('cluster', '')}/", "/aws-glue/jobs/"):
        pages = account.client("logs").get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
        for group in (each for page in pages for each in page["logGroups"]):
            days = group.get("retentionInDays")
            until = f"its lines expire after {days} days" if days else "until you delete it"
            yield f"log group {group['logGroupName']} ({group.get('storedBytes', 0)} bytes): {until}"
    yield (
        f"state bucket {account.state_bucket}: until you empty and delete it; it holds the older states "
        "of all environments"
    )


def _secret(account: Account, arn: str) -> Iterator[str]:
    try:
        found = account.client("secretsmanager").describe_secret(SecretId=arn)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return  # RDS deletes its secret with the cluster
    until = f"deleted on {found['DeletedDate']:%Y-%m-%d}" if "DeletedDate" in found else "still there"
    yield f"secret {found['Name']}: {until}"
