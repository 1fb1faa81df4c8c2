"""The user's own source files: each data set has a prefix of its own below `raw/sets/`.

The objects directly in `raw/` are Terraform's: it would put back what a command changes there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import ClientError

from glue_scripts import table
from scripts.base.errors import CommandError
from scripts.base.paths import expanded
from scripts.cloud.cloud import Cloud
from scripts.cloud.refusals import of_aws

PLACE = "raw/sets/"
RAW_PREFIX = "--raw_prefix"


@dataclass(frozen=True)
class DataSet:
    """A folder of source files, and the prefix in the data bucket that it is copied to. `files` has them by key."""

    folder: Path
    prefix: str
    files: dict[str, Path]


def find(folder: Path) -> DataSet:
    """Returns the data set in `folder`, in which `~` means the home folder. Nothing is uploaded.

    Raises:
        CommandError: there is no such folder, or it lacks a source.
    """
    folder = expanded(folder, "DATA")
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        raise CommandError(f"DATA={folder} {what}", "DATA must name a folder that holds alunos, escolas and notas")
    found = {name: source_files(folder, name) for name in table.SETS}
    if missing := [f"{name}.csv" for name, files in found.items() if not files]:
        raise CommandError(
            f"{folder} has no {', '.join(missing)}",
            "DATA must name a folder that holds alunos, escolas and notas, each as .csv, .csv.gz or a folder "
            "of such files",
        )
    prefix = f"{PLACE}{name_of(folder)}/"
    files = [path for files in found.values() for path in files]
    return DataSet(folder, prefix, {prefix + path.relative_to(folder).as_posix(): path for path in files})


def source_files(folder: Path, name: str) -> list[Path]:
    """Returns the files of a source in `folder`, in every form that the job reads."""
    patterns = (f"{name}.csv", f"{name}.csv.gz", f"{name}/*.csv", f"{name}/*.csv.gz")
    return [path for pattern in patterns for path in sorted(folder.glob(pattern)) if path.is_file()]


def name_of(folder: Path) -> str:
    """Returns a set's name for its folder: the folder's own, in letters, digits, `.`, `_` and `-` of ASCII.

    Two folders may have one name. Then they share a place, and an upload replaces all that is in it.
    """
    plain = unicodedata.normalize("NFKD", folder.resolve().name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-.") or "data"


def arguments(data_set: DataSet, given: dict[str, str]) -> dict[str, str]:
    """Returns the arguments of a run on `data_set`: those that the user gave, and where its files are.

    Raises:
        CommandError: the user gave another place.
    """
    for name in given:
        if name.replace("_", "-") == RAW_PREFIX.replace("_", "-"):
            raise CommandError(
                f"DATA={data_set.folder} and {name} in ARGS both say which files the run reads", "leave one of them out"
            )
    return {**given, RAW_PREFIX: data_set.prefix}


def upload(cloud: Cloud, bucket: str, data_set: DataSet, moved: Callable[[str, int], None]) -> list[str]:
    """Makes the set's place in `bucket` hold the set's files and no others.

    `moved` is called with a file's key and the bytes that were sent of it since the last call.

    Returns the keys of the files that were removed from there.

    Raises:
        CommandError: S3 refused a file.
    """
    s3 = cloud.client("s3")
    for key, path in data_set.files.items():
        # Not upload_file, whose error hides the code of the refusal.
        with path.open("rb") as body:
            try:
                s3.upload_fileobj(body, bucket, key, Callback=lambda sent, key=key: moved(key, sent))
            except ClientError as error:
                raise CommandError(f"s3://{bucket}/{key} can't be written: {error}", of_aws(error).remedy) from None
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=data_set.prefix)
    there = [each["Key"] for page in pages for each in page.get("Contents", [])]
    gone = [key for key in there if key not in data_set.files]
    for key in gone:
        s3.delete_object(Bucket=bucket, Key=key)
    return gone
