"""AWS clients of an instance, and what the commands do with them outside Terraform."""

from __future__ import annotations

import re
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from scripts.instance import ACCESS_KEY, REGION, SECRET_KEY, Instance
from scripts.paths import TERRAFORM


def client(instance: Instance, service: str) -> Any:
    """boto3 client that can only reach this instance: endpoint and keys are explicit, whatever the environment says."""
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=instance.endpoint_url,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(proxies={}, retries={"max_attempts": 2, "mode": "standard"}),
    )


def state_bucket() -> str:
    """The bucket that ``terraform/backend.tf`` names."""
    match = re.search(r'bucket\s*=\s*"([^"]+)"', (TERRAFORM / "backend.tf").read_text())
    assert match, "backend.tf is part of the project"
    return match.group(1)


def ensure_state_bucket(instance: Instance) -> None:
    """Creates the state bucket as the AWS guide does (versioned, encrypted), where there is none."""
    s3, name = client(instance, "s3"), state_bucket()
    try:
        s3.head_bucket(Bucket=name)
    except ClientError:
        s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [rule]})
