"""Where claims are asked: an AWS account, or the emulator on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

from scripts.base.isolation import Keys


@dataclass(frozen=True)
class Place:
    """An account and how to reach it. `caller` is the ARN of the credentials.

    `endpoint_url` is empty for AWS, whose credentials are the user's own. `keys` are the caller's in the emulator.
    """

    account: str
    region: str
    caller: str
    endpoint_url: str = ""
    keys: Keys | None = None
    _session: boto3.Session = field(default_factory=boto3.Session, repr=False, compare=False)
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_local(self) -> bool:
        return bool(self.endpoint_url)

    def client(self, service: str, keys: Mapping[str, str] | None = None) -> Any:
        """Returns a client that sends requests unchecked, with the caller's credentials or with `keys` of a session."""
        own = keys or (self._of_caller() if self.is_local else {})
        known = (service, own.get("AccessKeyId", ""))
        if known not in self._clients:
            self._clients[known] = self._make(service, own)
        return self._clients[known]

    def _of_caller(self) -> Mapping[str, str]:
        own = self.keys or Keys()
        found = {"AccessKeyId": own.access_key, "SecretAccessKey": own.secret_key}
        return {**found, "SessionToken": own.session_token} if own.session_token else found

    def _make(self, service: str, keys: Mapping[str, str]) -> Any:
        settings: dict[str, Any] = {"retries": {"max_attempts": 5, "mode": "standard"}, "parameter_validation": False}
        if self.is_local:
            settings["proxies"] = {}
        return self._session.client(
            service,  # type: ignore[call-overload]
            region_name=self.region,
            endpoint_url=self.endpoint_url or None,
            aws_access_key_id=keys.get("AccessKeyId"),
            aws_secret_access_key=keys.get("SecretAccessKey"),
            aws_session_token=keys.get("SessionToken"),
            config=Config(**settings),
        )
