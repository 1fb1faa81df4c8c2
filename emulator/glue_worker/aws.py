"""Makes boto3 clients for a run. They have its credentials and the emulator's endpoint, not the agent's settings."""

from __future__ import annotations

import os
import threading
from typing import Any

import boto3
from botocore.config import Config as BotoConfig
from botocore.exceptions import BotoCoreError

from glue_worker.request import RunRequest


def forget_own_settings(environ: Any = os.environ) -> None:
    """Removes every `AWS_*` variable and the config files from the agent's environment, so that no profile leaks in."""
    for name in [name for name in environ if name.startswith("AWS_")]:
        del environ[name]
    environ.update(NO_SETTINGS)


NO_SETTINGS = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


class RevokedError(BotoCoreError):
    fmt = "the emulator that gave the run its credentials has ended"


class Clients:
    """Makes clients that act as the run's role, until `revoke`."""

    def __init__(self, request: RunRequest, endpoint_url: str) -> None:
        self._endpoint_url = endpoint_url
        self._revoked = threading.Event()
        self._lock = threading.Lock()  # A session is not safe for two threads that make clients.
        self._session = boto3.session.Session(
            aws_access_key_id=request.credentials.access_key_id,
            aws_secret_access_key=request.credentials.secret_access_key,
            aws_session_token=request.credentials.session_token,
            region_name=request.region,
        )

    def revoke(self) -> None:
        """Makes every later request of the clients fail with RevokedError, also a repetition of a failed one."""
        self._revoked.set()

    def s3(self) -> Any:
        return self._client("s3", s3={"addressing_style": "path"}, read_timeout=30)

    def logs(self) -> Any:
        return self._client("logs", read_timeout=10)

    def _client(self, service: str, **settings: Any) -> Any:
        retries: Any = {"mode": "standard", "total_max_attempts": 3}
        config = BotoConfig(connect_timeout=5, retries=retries, proxies={}, **settings)
        with self._lock:
            client = self._session.client(service, endpoint_url=self._endpoint_url, config=config)  # type: ignore[call-overload]
        client.meta.events.register("before-send", self._check)
        return client

    def _check(self, **_: Any) -> None:
        if self._revoked.is_set():
            raise RevokedError
