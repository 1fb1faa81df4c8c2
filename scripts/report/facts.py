"""What the report tells, collected through the same AWS APIs here and on AWS. Nothing is changed by it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from glue_scripts.table import NAME, SETS
from scripts.base.errors import CommandError
from scripts.base.paths import TOP
from scripts.case import job, logs, queries, rejects
from scripts.case.chosen import Found, last_runs
from scripts.case.data_api import DataApi, Result
from scripts.case.rejects import Broken
from scripts.case.statements import Statement, statements
from scripts.case.summary import EVENT, are_counts, lacking
from scripts.cloud.cloud import Cloud
from scripts.environment.database import ANALYSIS

HISTORY = 10  # runs
LOOKED_AT = 30  # runs among which the last ended ones are
EXAMPLES = 3  # rejected lines of each rule
TOTALS = Statement(
    "SELECT COUNT(*), COUNT(DISTINCT aluno_id), COUNT(DISTINCT escola_id), COUNT(DISTINCT disciplina),"  # noqa: S608
    f" ROUND(AVG(nota), 2) FROM {NAME}"
)


@dataclass(frozen=True)
class Totals:
    """Of the whole table. `mean` is None when it has no rows."""

    notas: int
    alunos: int
    escolas: int
    disciplinas: int
    mean: Decimal | None


@dataclass(frozen=True)
class Analysis:
    """One statement of sql/02_analysis_queries.sql with what it returned."""

    statement: Statement
    result: Result


@dataclass(frozen=True)
class Run:
    """A run that has ended. `events` are what it logged, by name: `run_summary`, `rejected_lines` and others.

    An event that its log does not have, or has no longer, is missing.
    """

    described: Found
    events: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def summary(self) -> Mapping[str, Any]:
        return self.events.get("run_summary", {})

    @property
    def phases(self) -> Mapping[str, float]:
        """Seconds by part of the run, as the job measured them."""
        found: Mapping[str, float] = self.summary.get("seconds", {})
        return found

    @property
    def rejected(self) -> Mapping[str, Mapping[str, int]]:
        """Rejected lines by set and rule."""
        logged = self.events.get("rejected_lines", {})
        return {name: logged[name] for name in SETS if are_counts(logged.get(name)) and logged[name]}


@dataclass(frozen=True)
class SourceFile:
    """A file that lies where the run read. `changed` says that it was replaced after the run began."""

    name: str
    size_bytes: int
    uploaded: datetime
    changed: bool


@dataclass(frozen=True)
class Facts:
    """All that the page tells. `parity` is the report on the last run, or a sentence on why there is none.

    `history` begins with the newest run. `rejected`, `files`, `parity` and `origin` are about that run. The keys of
    `origin` are those of `words.ORIGIN`.
    """

    made: datetime
    place: str
    totals: Totals
    analyses: Sequence[Analysis]
    history: Sequence[Run]
    under_way: bool
    rejected: Mapping[str, Broken]
    files: Sequence[SourceFile]
    parity: Mapping[str, Any] | str
    origin: Mapping[str, str]

    @property
    def last(self) -> Run:
        return self.history[0]


def collect(
    cloud: Cloud, outputs: Mapping[str, Any], api: DataApi, place: str, parity: Callable[[str], Mapping[str, Any] | str]
) -> Facts:
    """Returns the facts. `parity` gets the id of the last run.

    Raises:
        CommandError: no run of the job has ended.
        DatabaseError: the database refused an analysis.
    """
    runs = last_runs(cloud, outputs, LOOKED_AT)
    ended = [each for each in runs if each.state in job.ENDED][:HISTORY]
    if not ended:
        command = "make run" if cloud.is_local else "make aws-run"
        raise CommandError("no run of the job has ended yet, so there is nothing to report", f"run the job: {command}")
    last = ended[0]
    totals, analyses = _results(api)
    return Facts(
        made=datetime.now().astimezone(),
        place=place,
        totals=totals,
        analyses=analyses,
        history=[Run(each, events(logs.log_lines(cloud, outputs, each, "output"))) for each in ended],
        under_way=runs[0].state not in job.ENDED,
        rejected=_rejected(cloud, outputs, last),
        files=_files(cloud, outputs, last),
        parity=parity(last.id),
        origin=_origin(outputs, last),
    )


def events(lines: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Returns what a run logged, by the name of the event; of two with one name the last.

    Other lines don't count, and neither does a summary that lacks a count: a user's own script may log it.
    """
    found = {}
    for line in lines:
        if line.startswith("{") and '"event"' in line:
            try:
                event = json.loads(line)
            except json.JSONDecodeError:  # a line of a user's own script
                continue
            found[str(event.pop("event", ""))] = event
    if lacking(found.get(EVENT, {})):
        found.pop(EVENT, None)
    return found


def _results(api: DataApi) -> tuple[Totals, list[Analysis]]:
    wanted = [TOTALS, *statements(ANALYSIS.read_text(encoding="utf-8"))]
    (_, totals), *others = queries.results(api, wanted)
    return Totals(*totals.rows[0]), [Analysis(statement, result) for statement, result in others]


def _rejected(cloud: Cloud, outputs: Mapping[str, Any], run: Found) -> dict[str, Broken]:
    try:
        return rejects.rejected_lines(cloud, outputs, run, EXAMPLES)
    except CommandError:  # the run failed before it judged the lines, and its error is shown
        return {}


def _files(cloud: Cloud, outputs: Mapping[str, Any], run: Found) -> list[SourceFile]:
    bucket, prefix = raw_place(outputs, run)
    pages = cloud.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    found = []
    for each in (each for page in pages for each in page.get("Contents", [])):
        name = each["Key"].removeprefix(prefix)
        if any(name.startswith((f"{kind}.csv", f"{kind}/")) for kind in SETS) and each["Size"]:
            changed = run.started is not None and each["LastModified"] > run.started
            found.append(SourceFile(name, each["Size"], each["LastModified"], changed))
    return found


def raw_place(outputs: Mapping[str, Any], run: Found) -> tuple[str, str]:
    """Returns the bucket and the prefix from which a run read."""
    given = {name.replace("-", "_"): value for name, value in run.arguments.items()}
    parts = [part for part in given.get("__raw_prefix", "raw/").split("/") if part]
    return given.get("__data_bucket") or outputs["bucket_data_name"], "".join(f"{part}/" for part in parts)


def _origin(outputs: Mapping[str, Any], run: Found) -> dict[str, str]:
    bucket, prefix = raw_place(outputs, run)
    own = " ".join(f"{name} {value}".strip() for name, value in run.own_arguments.items())
    return {
        "place": f"s3://{bucket}/{prefix}",
        "job": outputs["glue_job_performance_academica_name"],
        "run": run.id,
        "arguments": own,
        "table": f"{outputs['aurora_cluster_identifier']}, {outputs['aurora_database_name']}, {NAME}",
        "queries": ANALYSIS.relative_to(TOP).as_posix(),
    }
