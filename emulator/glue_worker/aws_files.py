"""Writes the files by which a run's SDKs find the endpoint and the role's keys: `.aws` in the run's own home.

On Glue no variable of the environment holds keys or an endpoint. A script that reads `AWS_ACCESS_KEY_ID` fails there,
so it must fail here. boto3, the AWS CLI and Java's SDKs read these files by themselves.
https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
"""

from __future__ import annotations

from pathlib import Path

from glue_worker.config import Config
from glue_worker.request import RunRequest


def write(home: Path, config: Config, request: RunRequest) -> None:
    """Writes `config` and `credentials` into `.aws` in `home`, for the user of this process alone."""
    folder = home / ".aws"
    folder.mkdir(mode=0o700, parents=True)
    keys = {
        "aws_access_key_id": request.credentials.access_key_id,
        "aws_secret_access_key": request.credentials.secret_access_key,
        "aws_session_token": request.credentials.session_token,
    }
    _write(folder / "config", {"region": request.region, "endpoint_url": config.endpoint_url})
    _write(folder / "credentials", keys)


def _write(path: Path, settings: dict[str, str | None]) -> None:
    lines = ["[default]", *(f"{name} = {value}" for name, value in settings.items() if value)]
    path.touch(mode=0o600)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
