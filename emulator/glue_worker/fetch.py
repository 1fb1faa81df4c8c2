"""Downloads a run's files from S3 into its folder, with the run's own credentials.

Each entry names one file; Glue also takes folders in `--extra-files`. The files of a list land side by side in one
folder.
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from glue_worker.errors import LaunchError

CHUNK_BYTES = 1 << 20


class Fetcher:
    """Calls `check` between chunks. What `check` raises ends the download."""

    def __init__(self, s3: Any, check: Callable[[], None]) -> None:
        self._s3 = s3
        self._check = check

    def fetch(self, url: str, folder: Path) -> Path:
        """Downloads one `s3://` file into `folder` and returns its path.

        Raises:
            LaunchError: the URL names no S3 file, the file is missing, the role may not read it, or `folder` has a
                file of that name.
        """
        bucket, key = _split(url)
        name = PurePosixPath(key).name
        target = folder / name
        folder.mkdir(parents=True, exist_ok=True)
        if target.exists():
            raise LaunchError(f"{url}: there is a file named {name} already", "give each file its own name")
        try:
            body = self._s3.get_object(Bucket=bucket, Key=key)["Body"]
            with target.open("xb") as file:
                for chunk in body.iter_chunks(CHUNK_BYTES):
                    self._check()
                    file.write(chunk)
        except ClientError as error:
            raise LaunchError(f"{url} can't be read: {_reason(error)}", _remedy(error)) from error
        except BotoCoreError as error:
            raise LaunchError(f"{url} can't be read: {error}", "check that the emulator runs") from error
        return target

    def fetch_all(self, urls: list[str], folder: Path) -> list[Path]:
        return [self.fetch(url, folder) for url in urls]


def entries(value: str | None) -> list[str]:
    """Returns the entries of a comma-separated argument."""
    return [entry.strip() for entry in (value or "").split(",") if entry.strip()]


def is_s3(url: str) -> bool:
    return url.startswith(("s3://", "s3a://"))


def _split(url: str) -> tuple[str, str]:
    scheme, _, rest = url.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme not in ("s3", "s3a") or not bucket or not key:
        raise LaunchError(f"{url!r} is not the S3 URL of a file", "name it as s3://bucket/key")
    if key.endswith("/"):
        raise LaunchError(f"{url} is a folder", "folders are not supported here: name each file")
    return bucket, key


def _reason(error: ClientError) -> str:
    details = error.response.get("Error", {})
    return f"{details.get('Code', 'Unknown')}: {details.get('Message', error)}"


def _remedy(error: ClientError) -> str:
    code = error.response.get("Error", {}).get("Code")
    if code in ("NoSuchKey", "NoSuchBucket", "404"):
        return "upload the file, or correct its location"
    if code in ("AccessDenied", "403"):
        return "the job's role needs s3:GetObject on it, and kms:Decrypt where the bucket is encrypted"
    return ""
