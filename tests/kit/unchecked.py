"""Makes boto3 clients that check nothing, so that the service itself has to refuse a wrong request."""

from __future__ import annotations

from typing import Any

from scripts.cloud.cloud import local_client


def unchecked_client(endpoint_url: str, service: str) -> Any:
    return local_client(endpoint_url, service, parameter_validation=False, retries={"max_attempts": 0})
