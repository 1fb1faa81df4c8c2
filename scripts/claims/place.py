"""Where claims are asked: an AWS account, or the emulator on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from scripts.base.isolation import ACCESS_KEY, SECRET_KEY


@dataclass(frozen=True)
class Place:
    """An account and how to reach it. `endpoint_url` is empty for AWS; `caller` is the ARN of the credentials."""

    account: str
    region: str
    caller: str
    endpoint_url: str = ""

    @property
    def is_local(self) -> bool:
        return bool(self.endpoint_url)

    def client(self, service: str, keys: Mapping[str, str] | None = None) -> Any:
        """Returns a client that sends requests unchecked, with the caller's credentials or with `keys` of a session."""
        settings: dict[str, Any] = {"retries": {"max_attempts": 5, "mode": "standard"}, "parameter_validation": False}
        if self.is_local:
            keys = keys or {"AccessKeyId": ACCESS_KEY, "SecretAccessKey": SECRET_KEY}
            settings["proxies"] = {}
        own = keys or {}
        return boto3.Session().client(
            service,  # type: ignore[call-overload]
            region_name=self.region,
            endpoint_url=self.endpoint_url or None,
            aws_access_key_id=own.get("AccessKeyId"),
            aws_secret_access_key=own.get("SecretAccessKey"),
            aws_session_token=own.get("SessionToken"),
            config=Config(**settings),
        )
