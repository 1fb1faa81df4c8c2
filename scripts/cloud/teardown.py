"""What `make aws-destroy` does before and after Terraform: it empties versioned buckets, and says what is left."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from scripts.base.errors import CommandError
from scripts.cloud.account import Account
from scripts.cloud.cloud import Cloud

Named = dict[str, str]  # what AWS calls a resource, by the resource's Terraform address


@dataclass
class Known:
    """What a destroy must know of the environment's resources, although Terraform has forgotten some of them.

    `keys` and `secrets` are ARNs. `snapshots` are the last ones of clusters, `snapshot_keys` the ARNs of the keys that
    they are encrypted with, both by the cluster's address.
    """

    buckets: Named = field(default_factory=dict)
    keys: Named = field(default_factory=dict)
    clusters: Named = field(default_factory=dict)
    secrets: Named = field(default_factory=dict)
    snapshots: Named = field(default_factory=dict)
    snapshot_keys: Named = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(asdict(self).values())

    def note(self, resource: Mapping[str, Any]) -> None:
        """Adds a resource of the state, as `terraform show -json` gives it."""
        address, values = resource["address"], resource["values"]
        if resource["type"] == "aws_s3_bucket":
            self.buckets[address] = values["bucket"]
        elif resource["type"] == "aws_kms_key":
            self.keys[address] = values["arn"]
        elif resource["type"] == "aws_rds_cluster":
            self.clusters[address] = values["cluster_identifier"]
            for secret in values.get("master_user_secret") or []:  # none yet, if the creation broke off
                self.secrets[address] = secret["secret_arn"]
            if not values.get("skip_final_snapshot", True):
                self.snapshots[address] = values["final_snapshot_identifier"]
                if values.get("kms_key_id"):
                    self.snapshot_keys[address] = values["kms_key_id"]


def known(memory: Path, resources: Iterable[Mapping[str, Any]]) -> Known:
    """What `resources` of the state and the file `memory` of an interrupted destroy hold; writes `memory` anew.

    The interrupted destroy has already taken the outputs and some resources out of the state.
    """
    found = Known(**json.loads(memory.read_text())) if memory.exists() else Known()
    for each in resources:
        found.note(each)
    if found:
        memory.write_text(json.dumps(asdict(found)))
    return found


def check_not_protected(account: Account, known: Known) -> None:
    """Refuses a protected environment before anything in it is emptied.

    Raises:
        CommandError: one of its clusters is protected against deletion.
    """
    for cluster in known.clusters.values():
        try:
            found = account.client("rds").describe_db_clusters(DBClusterIdentifier=cluster)["DBClusters"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "DBClusterNotFoundFault":
                raise
            continue
        if any(each.get("DeletionProtection") for each in found):
            file = f"terraform/environments/{account.environment}.tfvars"
            raise CommandError(
                f"environment {account.environment} is protected against deletion: nothing was changed",
                f"set deletion_protection = false in {file}, then make aws-plan, aws-apply, and aws-destroy again",
            )


def empty_bucket(account: Account, bucket: str) -> int:
    """Removes every version of every object and every unfinished upload; returns the number of versions.

    A bucket that no longer exists counts as empty. After an interruption the next call continues.
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
                    raise CommandError(
                        f"{bucket}: {failed[0]['Key']} can't be deleted: {failed[0]['Message']}",
                        "correct what the message names, then make aws-destroy again",
                    )
            removed += len(objects)
        for page in s3.get_paginator("list_multipart_uploads").paginate(**owned):
            for each in page.get("Uploads", []):
                s3.abort_multipart_upload(**owned, Key=each["Key"], UploadId=each["UploadId"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise
    return removed


def keep_keys_of_snapshots(cloud: Cloud, known: Known) -> None:
    """Cancels the deletion of each key that a last snapshot needs; Terraform has scheduled it.

    Without its key a snapshot can't be restored, and nobody can bring a deleted key back
    (https://repost.aws/knowledge-center/rds-aurora-inaccessible-state).
    """
    kms = cloud.client("kms")
    for key in sorted(set(known.snapshot_keys.values())):
        if kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion":
            kms.cancel_key_deletion(KeyId=key)  # the key is disabled afterwards


def left(account: Account, known: Known) -> Iterator[str]:
    """A line for each thing that still exists after `terraform destroy`, and until when."""
    for key in known.keys.values():
        yield _key(account, key, is_needed=key in known.snapshot_keys.values())
    for secret in known.secrets.values():
        yield from _secret(account, secret)
    for snapshot in known.snapshots.values():
        yield f"Aurora snapshot {snapshot}: until you delete it, at the price of its storage"
    # RDS and Glue make these groups themselves; they are not in Terraform's state.
    for prefix in (*(f"/aws/rds/cluster/{cluster}/" for cluster in known.clusters.values()), "/aws-glue/jobs/"):
        pages = account.client("logs").get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
        for group in (each for page in pages for each in page["logGroups"]):
            days = group.get("retentionInDays")
            until = f"its lines expire after {days} days" if days else "until you delete it"
            yield f"log group {group['logGroupName']} ({group.get('storedBytes', 0)} bytes): {until}"
    yield (
        f"state bucket {account.state_bucket}: until you empty and delete it; it holds the older states "
        "of all environments"
    )


def _key(account: Account, key: str, *, is_needed: bool) -> str:
    found = account.client("kms").describe_key(KeyId=key)["KeyMetadata"]
    if found["KeyState"] == "PendingDeletion":
        return f"KMS key {key}: disabled, costs nothing, deleted on {found['DeletionDate']:%Y-%m-%d}"
    if is_needed:
        return (
            f"KMS key {key}: disabled, $1 a month; the snapshot can't be restored without it. To restore: "
            f"aws kms enable-key --key-id {found['KeyId']}; once the snapshot is deleted: "
            f"aws kms schedule-key-deletion --key-id {found['KeyId']}"
        )
    return f"KMS key {key}: {found['KeyState']}"


def _secret(account: Account, arn: str) -> Iterator[str]:
    try:
        found = account.client("secretsmanager").describe_secret(SecretId=arn)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return  # RDS deletes its secret with the cluster
    until = f"deleted on {found['DeletedDate']:%Y-%m-%d}" if "DeletedDate" in found else "not deleted"
    yield f"secret {found['Name']}: {until}"
