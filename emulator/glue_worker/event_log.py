"""Spark's event log, for `--enable-spark-ui` with `--spark-event-logs-path`: a history server shows a run from it.

Glue writes it to S3 every 30 s while the run is alive; here it gets there when the run ends. The object is named by the
run's id, as Glue's own are.
https://docs.aws.amazon.com/glue/latest/dg/monitor-spark-ui-jobs.html
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

IN_PROGRESS = ".inprogress"


def settings(arguments: Mapping[str, str], own_folder: Path) -> dict[str, str]:
    """Returns the settings of Spark. They make no event log unless both arguments ask for one."""
    if not _asked(arguments):
        return {"spark.eventLog.enabled": "false"}
    folder = _folder(own_folder)
    folder.mkdir(exist_ok=True)
    return {"spark.eventLog.enabled": "true", "spark.eventLog.dir": folder.as_uri()}


def upload(s3: Any, arguments: Mapping[str, str], run_id: str, own_folder: Path) -> list[str]:
    """Uploads the event log of each Spark application that the script made. Returns the URLs.

    A killed run leaves a log in progress, and its object says so.

    Raises:
        ValueError: the path is none of S3.
        ClientError, BotoCoreError, S3UploadFailedError: S3 does not take an object.
    """
    if not _asked(arguments) or not _folder(own_folder).is_dir():
        return []
    scheme, _, rest = arguments["--spark-event-logs-path"].partition("://")
    bucket, _, prefix = rest.partition("/")
    if scheme not in ("s3", "s3a") or not bucket:
        raise ValueError(f"{arguments['--spark-event-logs-path']} is not an S3 path")
    prefix = f"{prefix.rstrip('/')}/" if prefix else ""
    urls = []
    for number, path in enumerate(sorted(_folder(own_folder).iterdir(), key=lambda path: path.stat().st_mtime), 1):
        name = run_id if number == 1 else f"{run_id}_{number}"
        key = f"{prefix}{name}{IN_PROGRESS if path.name.endswith(IN_PROGRESS) else ''}"
        s3.upload_file(str(path), bucket, key)
        urls.append(f"s3://{bucket}/{key}")
    return urls


def _asked(arguments: Mapping[str, str]) -> bool:
    on = arguments.get("--enable-spark-ui", "").lower() == "true"
    return on and bool(arguments.get("--spark-event-logs-path"))


def _folder(own_folder: Path) -> Path:
    return own_folder / "event-logs"
