"""The rejected lines of a run, by rule, out of the Parquet that the job writes beside its results."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scripts.base.errors import CommandError
from scripts.case.chosen import Found
from scripts.case.job import ENDED
from scripts.cloud.cloud import Cloud

FOLDER = "performance_academica_rejeitados"  # as glue_scripts/common.py names it
BATCH = 5000  # lines in memory


@dataclass(frozen=True)
class Rejected:
    """One rejected line. `file` is relative to the run's raw prefix. The header of a file is line 1."""

    file: str
    line_number: int
    raw_line: str


@dataclass
class Broken:
    """What one rule rejected: the number of lines, and the first of them in the order of files and lines."""

    count: int = 0
    first: list[Rejected] = field(default_factory=list)


def folder(outputs: Mapping[str, Any], run: Found) -> str:
    """Returns the URI of the run's rejected lines."""
    given = {name.replace("-", "_"): value for name, value in run.arguments.items()}
    bucket = given.get("__data_bucket") or outputs["bucket_data_name"]
    parts = [part for part in given.get("__processed_prefix", "processed/").split("/") if part]
    return "/".join(["s3:/", bucket, *parts, FOLDER, f"run={run.id}", ""])


def rejected_lines(
    cloud: Cloud, outputs: Mapping[str, Any], run: Found, first: int, rule: str = ""
) -> dict[str, Broken]:
    """Returns what each rule rejected in `run`, the most frequent rule first; only `rule` when it is given.

    It is empty when the run rejected nothing.

    Raises:
        CommandError: the run has not ended, failed before it judged the lines, or no line broke `rule`.
    """
    uri = folder(outputs, run)
    if run.state not in ENDED:
        raise CommandError(f"run {run.id} has not ended: it is {run.state}", "ask again when it has: make status")
    keys = _keys(cloud, uri)
    if not keys and run.state != "SUCCEEDED":
        raise CommandError(
            f"run {run.id} is {run.state} and wrote no rejected lines: {run.error or 'it ended before it judged them'}",
            "correct what the message names, then run the job again (`make run`, on AWS `make aws-run`)",
        )
    found: dict[str, Broken] = {}
    for key in keys:
        for line in _lines(cloud, uri, key):
            broken = found.setdefault(line["rule"], Broken())
            broken.count += 1
            broken.first.append(Rejected(line["file"], line["line_number"], line["raw_line"]))
            if len(broken.first) > max(BATCH, 2 * first):  # few stay in memory, whatever their order is
                broken.first = _ordered(broken.first)[:first]
    for broken in found.values():
        broken.first = _ordered(broken.first)[:first]
    if rule and rule not in found:
        raise CommandError(
            f"no line of run {run.id} broke the rule {rule}",
            f"use one of: {', '.join(found)}"
            if found
            else "that run rejected no line: leave RULE out, or name another run with RUN_ID=jr_…",
        )
    ordered = dict(sorted(found.items(), key=lambda item: (-item[1].count, item[0])))
    return {rule: ordered[rule]} if rule else ordered


def _ordered(lines: list[Rejected]) -> list[Rejected]:
    return sorted(lines, key=lambda line: (line.file, line.line_number))


def _keys(cloud: Cloud, uri: str) -> list[str]:
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    pages = cloud.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    keys = [each["Key"] for page in pages for each in page.get("Contents", [])]
    return [key for key in keys if key.endswith(".parquet")]


def _lines(cloud: Cloud, uri: str, key: str) -> Iterator[Mapping[str, Any]]:
    """Yields the lines of one object. It may be larger than the memory, so it goes through a file."""
    import pyarrow.parquet  # here, since it takes 0.1 s and most commands read no Parquet

    bucket = uri.removeprefix("s3://").partition("/")[0]
    with tempfile.TemporaryFile() as file:
        cloud.client("s3").download_fileobj(bucket, key, file)
        file.seek(0)
        # Without threads of its own: one could abort the process at its end (apache/arrow issue 33975).
        for batch in pyarrow.parquet.ParquetFile(file).iter_batches(BATCH, use_threads=False):
            yield from batch.to_pylist()
