"""`make aws-destroy` treats the key of a last snapshot with care. The emulator itself supports no snapshots."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.cloud import teardown
from scripts.cloud.teardown import Known

pytestmark = pytest.mark.emulator
CLUSTER = "module.rds_aurora.aws_rds_cluster.this"


@pytest.fixture
def key(environment: Any) -> str:
    """Returns a key whose deletion Terraform has scheduled."""
    kms = environment.client("kms")
    arn = str(kms.create_key()["KeyMetadata"]["Arn"])
    kms.schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
    return arn


def test_key_of_a_last_snapshot_is_kept_and_can_be_enabled(environment: Any, key: str) -> None:
    kms = environment.client("kms")
    for _ in range(2):
        teardown.keep_keys_of_snapshots(environment, Known(snapshots={CLUSTER: "last"}, snapshot_keys={CLUSTER: key}))
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Disabled"
    kms.enable_key(KeyId=key)
    assert kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]


def test_key_without_a_snapshot_is_deleted_in_time(environment: Any, key: str) -> None:
    teardown.keep_keys_of_snapshots(environment, Known(keys={"aws_kms_key.this": key}))
    assert environment.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
