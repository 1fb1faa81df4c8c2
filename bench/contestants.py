"""The contestants, and the program of each for a scenario."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench import server
from bench.errors import ContestantError
from glue_scripts.table import NAME as TABLE

TOP = Path(__file__).resolve().parent.parent
SPARK = TOP / "bench" / "spark"


@dataclass(frozen=True)
class Scenario:
    """A state of the database, and the data that a contestant brings into it."""

    name: str
    state: str
    data: str


SCENARIOS = {
    each.name: each
    for each in (
        Scenario("first_load", "empty", "base"),
        Scenario("unchanged", "loaded", "base"),
        Scenario("changed", "loaded", "changed"),
    )
}
RE_RUNS = ("unchanged", "changed")


@dataclass(frozen=True)
class Contestant:
    """A contestant. `module` runs in the benchmark's own venv, `script` in Spark as the worker agent launches it."""

    name: str
    what: str
    scenarios: tuple[str, ...] = tuple(SCENARIOS)
    module: str = ""
    how: str = ""
    script: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)
    jdbc: bool = False
    by_default: bool = True
    fills_table: bool = True


CONTESTANTS = {
    each.name: each
    for each in (
        Contestant("job", "the job, launched as the Glue worker does", script="job.py"),
        Contestant("duckdb", "DuckDB, binary COPY, then the job's merge", module="bench.etl.duckdb_peer"),
        Contestant("polars", "Polars, ADBC, then the job's merge", module="bench.etl.polars_peer"),
        Contestant(
            "spark-jdbc",
            "Spark, JDBC to a staging table, unconditional ON CONFLICT",
            script="jdbc.py",
            arguments={"--rewrite": "false"},
            jdbc=True,
        ),
        Contestant(
            "spark-jdbc-rewrite",
            "the same with reWriteBatchedInserts=true",
            script="jdbc.py",
            arguments={"--rewrite": "true"},
            jdbc=True,
            by_default=False,
        ),
        Contestant(
            "copy",
            "floor: COPY of ready-made rows into an unlogged table",
            ("first_load",),
            module="bench.etl.floor",
            how="copy",
            fills_table=False,
        ),
        Contestant(
            "copy-insert",
            "floor: the same, then INSERT … SELECT into the empty table",
            ("first_load",),
            module="bench.etl.floor",
            how="copy-insert",
        ),
        Contestant(
            "copy-merge", "floor: COPY, then the job's merge", RE_RUNS, module="bench.etl.floor", how="copy-merge"
        ),
        Contestant(
            "copy-upsert",
            "COPY, then unconditional ON CONFLICT",
            RE_RUNS,
            module="bench.etl.floor",
            how="copy-upsert",
        ),
    )
}


@dataclass(frozen=True)
class Tools:
    """What the set-up made for Spark's contestants. `worker` has the settings of the worker agent."""

    worker_python: Path
    worker: Mapping[str, str]
    jdbc_jar: Path
    modules: Path
    password_file: Path
    jvm_options: Sequence[str] = ()


@dataclass(frozen=True)
class Launch:
    command: list[str]
    environment: Mapping[str, str]


def with_class_archive(tools: Tools, folder: Path) -> Tools:
    """`tools` with the JVM options of a worker agent that has its class archive. Makes the archive where it is missing.

    `folder` is an empty folder to work in.

    Raises:
        ContestantError: the agent's code refused.
    """
    answer = _ask("archive", {"folder": str(folder), "environment": tools.worker}, tools)
    return replace(tools, jvm_options=answer["jvm_options"])


def launch(contestant: Contestant, data: Path, folder: Path, tools: Tools) -> Launch:
    """The command and environment of one run on the files in `data`. It writes into `folder`, which is empty before.

    Raises:
        ContestantError: the agent's code refused.
    """
    processed = folder / "processed"
    processed.mkdir(parents=True)
    if contestant.script:
        return _spark(contestant, data, folder, processed, tools)
    arguments = [contestant.how, str(data / "rows.csv")] if contestant.how else [str(data), str(processed)]
    environment = server.environment() | {"PYTHONPATH": str(TOP), "TMPDIR": str(folder)}
    return Launch([sys.executable, "-m", contestant.module, *arguments], environment)


def _spark(contestant: Contestant, data: Path, folder: Path, processed: Path, tools: Tools) -> Launch:
    arguments = {
        # As Hadoop's paths, which are not escaped as URIs are.
        "--raw": f"file://{data}/",
        "--processed": f"file://{processed}/",
        "--table": TABLE,
        "--host": os.environ["PGHOST"],
        "--port": os.environ["PGPORT"],
        "--database": server.DATABASE,
        "--user": os.environ["PGUSER"],
        "--password_file": str(tools.password_file),
        "--ca_bundle": os.environ["PGSSLROOTCERT"],
        **contestant.arguments,
    }
    asked = {
        "folder": str(folder),
        "environment": tools.worker,
        "script": str(SPARK / contestant.script),
        "arguments": arguments,
        "jars": [str(tools.jdbc_jar)] if contestant.jdbc else [],
        "python_path": [str(TOP / "glue_scripts"), str(tools.modules)],
        "jvm_options": tools.jvm_options,
    }
    answer = _ask("launch", asked, tools)
    return Launch(answer["command"], answer["environment"])


def _ask(what: str, asked: Mapping[str, object], tools: Tools) -> dict[str, Any]:
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "JAVA_HOME") if name in os.environ}
    environment["PYTHONPATH"] = str(TOP / "emulator")
    command: list[str | Path] = [tools.worker_python, SPARK / "launcher.py", what]
    done = subprocess.run(command, input=json.dumps(asked), env=environment, capture_output=True, text=True)
    if done.returncode:
        raise ContestantError(
            f"the worker agent's code refused to {what}: {done.stderr.strip()[-1500:]}",
            "correct emulator/glue_worker/, which the benchmark calls",
        )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
