"""Checks from outside, through AWS's APIs alone, whether a deployed environment does what the case asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from glue_scripts.table import KEY, NAME, NAMES
from scripts.base.console import Pulse
from scripts.base.errors import JobError
from scripts.case import job, logs, pages
from scripts.case.analyses import Row, computed, named, sorted_rows
from scripts.case.chosen import chosen_run
from scripts.case.data_api import DataApi
from scripts.cloud.cloud import Cloud
from scripts.environment.database import ANALYSIS

if TYPE_CHECKING:
    from types_boto3_glue.type_defs import JobRunTypeDef


@dataclass(frozen=True)
class Check:
    """One line of the report. `passed` is None where nothing was checked; `detail` then says what and why."""

    title: str
    passed: bool | None
    detail: str


def verify(cloud: Cloud, outputs: Mapping[str, Any], api: DataApi, show: Callable[[str], None]) -> list[Check]:
    """Returns the checks in order. Starts one run of the job, which must change nothing.

    Raises:
        JobError: the job has no run that SUCCEEDED, or its log has no counts.
    """
    show("reading the last run's counts, its Parquet, and the table")
    run = _last_run(cloud, outputs)
    last = _summary(cloud, outputs, run["Id"])
    stored = _parquet_rows(cloud, last["parquet"])
    table = table_rows(api)
    others = len(set(table) - set(stored))
    checks = [
        _counts(last),
        Check(
            "the run's Parquet is whole: _SUCCESS is there, and as many rows as the run kept",
            _is_whole(cloud, last["parquet"]) and len(stored) == last["kept"],
            f"{len(stored)} rows",
        ),
        Check(
            "the table holds every row of it, all columns",
            set(stored) <= set(table),
            f"{len(table)} rows" + (f", {others} of them from earlier runs" if others else ""),
        ),
        *_analyses(api, table),
    ]
    show("starting a second run, which must change nothing")
    before = _row_versions(api)
    pulse = Pulse(show)
    # With the arguments of the first one, so that it reads the same files.
    again = job.run(cloud, dict(outputs), run.get("Arguments", {}), show=pulse.line, waiting=pulse.alive)
    counted = again.summary or {}
    changed = [counted.get(name) for name in ("inserted", "updated")]
    checks.append(
        Check(
            "a second run SUCCEEDS and writes no row",
            again.state == "SUCCEEDED" and changed == [0, 0] and _row_versions(api) == before,
            f"{again.state}, inserted {changed[0]}, updated {changed[1]}" + (f": {again.error}" if again.error else ""),
        )
    )
    if again.summary:
        same = sorted_rows(_parquet_rows(cloud, again.summary["parquet"])) == sorted_rows(stored)
        checks.append(Check("and the same Parquet", same, again.summary["parquet"]))
    return checks


def table_rows(api: DataApi) -> list[Row]:
    """Returns every row of the table in the order of its key."""
    with api.transaction(read_only=True) as execute:
        sql = f"SELECT {', '.join(NAMES)} FROM {NAME} ORDER BY {', '.join(KEY)}"  # noqa: S608 - constants
        return pages.whole(execute, sql).rows


def _last_run(cloud: Cloud, outputs: Mapping[str, Any]) -> JobRunTypeDef:
    pages = (
        cloud.client("glue")
        .get_paginator("get_job_runs")
        .paginate(JobName=outputs["glue_job_performance_academica_name"])
    )
    ended = (each for page in pages for each in page["JobRuns"] if each["JobRunState"] == "SUCCEEDED")
    run = next(ended, None)
    if run is None:
        raise JobError(
            "the job has no run that SUCCEEDED", "run the job with make aws-run, then run make aws-verify again"
        )
    return run


def _summary(cloud: Cloud, outputs: Mapping[str, Any], run_id: str) -> dict[str, Any]:
    found = job.summary_of(logs.log_lines(cloud, outputs, chosen_run(cloud, outputs, run_id), "output"))
    if found is None:
        raise JobError(
            f"the log of run {run_id} has no counts",
            "the log may have expired: run make aws-run, then make aws-verify again",
        )
    return found


def _counts(summary: Mapping[str, Any]) -> Check:
    rejected = sum(summary["rejected"].values())
    read = summary["read"]["notas"]
    written = summary["inserted"] + summary["updated"] + summary["unchanged"]
    return Check(
        "the run's counts add up: every line of notas is kept, superseded or rejected",
        read == summary["kept"] + summary["superseded"] + rejected and written == summary["kept"] > 0,
        f"read {read}, kept {summary['kept']}, superseded {summary['superseded']}, rejected {rejected}",
    )


def _analyses(api: DataApi, table: list[Row]) -> list[Check]:
    with api.transaction(read_only=True) as execute:
        queries = named(ANALYSIS.read_text(encoding="utf-8"))
        found = {name: sorted_rows(pages.whole(execute, sql).rows) for name, sql in queries.items()}
    return compared(found, computed(table))


def compared(found: Mapping[str, list[Row]], wanted: Mapping[str, list[Row]]) -> list[Check]:
    """One check of all analyses that Python computes, and one line for those that it does not.

    `found` are the rows that the database returned by analysis, `wanted` those that Python computed.
    """
    wrong = [name for name in wanted if name in found and found[name] != wanted[name]]
    gone = [f"{name} is not in sql/02_analysis_queries.sql" for name in wanted if name not in found]
    checks = [
        Check(
            "the analyses give the figures that Python computes from the table's rows",
            not wrong and not gone,
            ", ".join([f"{name} differs" for name in wrong] + gone)
            or ", ".join(f"{name} {len(rows)} lines" for name, rows in found.items() if name in wanted),
        )
    ]
    if unknown := [name for name in found if name not in wanted]:
        where = "scripts/case/analyses.py has no computation to compare with"
        checks.append(Check("analyses that are not checked", None, f"{', '.join(unknown)}: {where}"))
    return checks


def _row_versions(api: DataApi) -> list[Row]:
    """Returns one value that changes when any row is written again, with the same values too."""
    key = " || '/' || ".join(f"CAST({name} AS text)" for name in (*KEY, "xmin"))
    with api.transaction(read_only=True) as execute:
        sql = f"SELECT md5(string_agg({key}, ',' ORDER BY {', '.join(KEY)})) FROM {NAME}"  # noqa: S608 - constants
        return execute(sql).rows


def _is_whole(cloud: Cloud, uri: str) -> bool:
    return any(key.endswith("/_SUCCESS") for key in _keys(cloud, uri))


def _parquet_rows(cloud: Cloud, uri: str) -> list[Row]:
    import pyarrow
    import pyarrow.parquet  # here, since it takes 0.1 s and most commands read no Parquet

    s3, rows = cloud.client("s3"), []
    for key in _keys(cloud, uri):
        if key.endswith(".parquet"):
            body = s3.get_object(Bucket=_split(uri)[0], Key=key)["Body"].read()
            # A thread that reads a file of Python's can abort the process at its end (apache/arrow issue 33975).
            file = pyarrow.parquet.ParquetFile(pyarrow.BufferReader(body))
            lines = file.read(use_threads=False).to_pylist()
            rows += [tuple(line[name] for name in NAMES) for line in lines]
    return rows


def _keys(cloud: Cloud, uri: str) -> list[str]:
    bucket, prefix = _split(uri)
    pages = cloud.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [each["Key"] for page in pages for each in page.get("Contents", [])]


def _split(uri: str) -> tuple[str, str]:
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    return bucket, prefix.rstrip("/") + "/"
