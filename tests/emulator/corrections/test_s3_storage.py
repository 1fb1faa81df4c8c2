"""S3 keeps objects in the environment's own folder, so that environments and users never share one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.emulator.conftest import Environment

pytestmark = pytest.mark.emulator
SHARED = Path("/tmp/localstack-s3-storage")  # LocalStack chooses it.


def test_objects_are_kept_in_the_environment_only(environment: Environment) -> None:
    s3 = environment.client("s3")
    s3.create_bucket(Bucket="storage-place")
    try:
        s3.put_object(Bucket="storage-place", Key="big", Body=b"x" * 5_000_000)  # S3 keeps small objects in memory.
        assert len(list(environment.instance.folder.glob("localstack/**/storage-place"))) == 1
        assert not (SHARED / "storage-place").exists()
        assert s3.get_object(Bucket="storage-place", Key="big")["Body"].read() == b"x" * 5_000_000
    finally:
        s3.delete_object(Bucket="storage-place", Key="big")
        s3.delete_bucket(Bucket="storage-place")
