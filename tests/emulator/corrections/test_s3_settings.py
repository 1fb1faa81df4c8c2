"""A bucket keeps each setting of its versioning."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kit.aws import refused, unique

pytestmark = pytest.mark.emulator


def test_mfa_delete_is_kept(environment: Any) -> None:
    s3, bucket = environment.client("s3"), unique()
    s3.create_bucket(Bucket=bucket)

    def put(**configuration: str) -> dict[str, Any]:
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=configuration)
        answer = s3.get_bucket_versioning(Bucket=bucket)
        return {key: value for key, value in answer.items() if key != "ResponseMetadata"}

    assert put(Status="Enabled") == {"Status": "Enabled"}
    assert put(Status="Enabled", MFADelete="Disabled") == {"Status": "Enabled", "MFADelete": "Disabled"}
    assert put(Status="Suspended") == {"Status": "Suspended", "MFADelete": "Disabled"}
    with refused("NotSupportedByEmulator", "MFADelete"):
        put(Status="Enabled", MFADelete="Enabled")
