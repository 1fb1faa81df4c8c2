"""A boto3 client that sends what it is given, so that the service itself has to refuse it."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.config import Config

from scripts.base.isolation import ACCESS_KEY, REGION, SECRET_KEY


def unchecked_client(endpoint_url: str, service: str) -> Any:
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=endpoint_url,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(proxies={}, parameter_validation=False, retries={"max_attempts": 0}),
    )
