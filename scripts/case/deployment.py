"""Is what is saved what is deployed? The files that Terraform copies to the data bucket, compared and deployed.

Two things are compared. The object in S3 must have the file's content: somebody may have replaced it by hand, and the
run reads it. Terraform's state must have the file's hash: else the next plan would not be empty.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from scripts.base.paths import TOP, WHEELS, relative
from scripts.cloud.cloud import Cloud

State = dict[str, Any]
# The arguments of PutObject that Terraform sets from an attribute of aws_s3_object.
_SETTINGS = {
    "cache_control": "CacheControl",
    "content_disposition": "ContentDisposition",
    "content_encoding": "ContentEncoding",
    "content_language": "ContentLanguage",
    "content_type": "ContentType",
    "metadata": "Metadata",
    "storage_class": "StorageClass",
    "website_redirect": "WebsiteRedirectLocation",
}


@dataclass(frozen=True)
class Kind:
    """An `aws_s3_object` of terraform/ and the files of `folder` that it copies; or one file under another name."""

    module: str
    name: str
    prefix: str
    folder: Path
    pattern: str = ""
    only: tuple[str, Path] | None = None

    def files(self) -> dict[str, Path]:
        """Returns the files by their keys in the data bucket, as Terraform's `fileset` finds them."""
        if self.only:
            return {self.prefix + self.only[0]: self.only[1]}
        found = sorted(self.folder.iterdir()) if self.folder.is_dir() else []
        return {
            self.prefix + path.name: path for path in found if fnmatchcase(path.name, self.pattern) and path.is_file()
        }


SCRIPTS = Kind("module.glue", "script", "scripts/", TOP / "glue_scripts", "*.py")
SAMPLES = Kind("module.s3", "sample", "raw/", TOP / "csv_exemplos", "*.csv")
DRIVER = Kind("module.glue", "wheel", "wheels/", WHEELS, "*-manylinux*_x86_64.whl")


def kinds(cloud: Cloud) -> list[Kind]:
    """Returns what is compared. On AWS neither wheels nor authorities: another machine may have deployed them."""
    if not cloud.ca_bundle():
        return [SCRIPTS, SAMPLES]
    bundle = Path(cloud.ca_bundle())
    authorities = Kind(
        "module.glue", "ca_bundle", "certificates/", bundle.parent, only=("aurora-ca-bundle.pem", bundle)
    )
    return [SCRIPTS, SAMPLES, DRIVER, authorities]


class How(Enum):
    CHANGED = "has changed"
    NEW = "is new"
    REMOVED = "is gone"
    MISSING = "is missing in the bucket"
    REPLACED = "was replaced in the bucket"


@dataclass(frozen=True)
class Difference:
    """A file that is not deployed as it is saved. `path` is its place in the clone; a removed file is not there."""

    how: How
    kind: Kind
    key: str
    path: Path

    def __str__(self) -> str:
        return f"{relative(self.path)} {self.how.value}"

    @property
    def needs_apply(self) -> bool:
        """True for a file that comes or goes: the job's arguments name its scripts and wheels one by one."""
        return self.how in (How.NEW, How.REMOVED)

    @property
    def is_left(self) -> bool:
        """True for a source file that somebody put over a sample by hand: it is theirs, so no run takes it away."""
        return self.kind is SAMPLES and self.how is How.REPLACED


def differences(cloud: Cloud, bucket: str, state: State) -> list[Difference]:
    """Returns what of the saved files is not deployed, in the order of their keys.

    `bucket` is the data bucket, `state` Terraform's state.
    """
    found = []
    for kind in kinds(cloud):
        saved, recorded = kind.files(), _recorded(state, kind)
        stored = _etags(cloud, bucket, kind.prefix)
        for key in sorted(saved.keys() | recorded.keys()):
            path = saved.get(key) or kind.folder / key.removeprefix(kind.prefix)
            if how := _how(cloud, bucket, key, saved.get(key), recorded.get(key), stored.get(key)):
                found.append(Difference(how, kind, key, path))
    return found


def _how(
    cloud: Cloud, bucket: str, key: str, path: Path | None, recorded: Mapping[str, Any] | None, etag: str | None
) -> How | None:
    if path is None:
        return How.REMOVED
    if recorded is None:
        return How.NEW
    content = path.read_bytes()
    if recorded["source_hash"] != _md5(content):
        return How.CHANGED
    if etag is None:
        return How.MISSING
    # An ETag that equals the MD5 proves the content. Another proves nothing: with KMS, AWS's ETag is no MD5.
    if etag == _md5(content) or _body(cloud, bucket, key) == content:
        return None
    return How.REPLACED


def put(cloud: Cloud, bucket: str, state: State, changed: Sequence[Difference]) -> State:
    """Uploads files that Terraform's state knows. Returns the state that is true afterwards, to be stored.

    Each object gets the settings that Terraform gave it, so that the next plan finds nothing to change.
    """
    after = copy.deepcopy(state)
    after["serial"] += 1
    for each in changed:
        attributes = _recorded(after, each.kind)[each.key]
        content = each.path.read_bytes()
        given = {_SETTINGS[name]: attributes[name] for name in _SETTINGS if attributes.get(name)}
        if attributes.get("tags_all"):
            given["Tagging"] = urlencode(attributes["tags_all"])
        answer = cloud.client("s3").put_object(Bucket=bucket, Key=each.key, Body=content, **given)
        attributes |= {
            "source_hash": _md5(content),
            "etag": answer["ETag"].strip('"'),
            "version_id": answer["VersionId"],
        }
    return after


def _recorded(state: State, kind: Kind) -> dict[str, dict[str, Any]]:
    """Returns the attributes of a kind's objects in the state, by key in the bucket."""
    return {each["key"]: each for each in _attributes(state, kind)}


def _attributes(state: State, kind: Kind) -> Iterator[dict[str, Any]]:
    for resource in state.get("resources", []):
        address = (resource.get("module"), resource["type"], resource["name"])
        if resource["mode"] == "managed" and address == (kind.module, "aws_s3_object", kind.name):
            yield from (instance["attributes"] for instance in resource["instances"])


def _etags(cloud: Cloud, bucket: str, prefix: str) -> dict[str, str]:
    pages = cloud.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, Delimiter="/")
    return {each["Key"]: each["ETag"].strip('"') for page in pages for each in page.get("Contents", [])}


def _body(cloud: Cloud, bucket: str, key: str) -> bytes:
    return cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
