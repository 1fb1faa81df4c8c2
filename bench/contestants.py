"""Who takes part, and the program of each for a scenario."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench import server
from bench.errors import ContestantError
from bench.etl.table import TABLE

TOP = Path(__file__).resolve().parent.parent
SPARK = TOP / "bench" / "spark"


@dataclass(frozen=True)
class Scenario:
    """A state of the database and the data that meets it."""

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
    """`module` runs in the benchmark's own venv, `script` in Spark as the worker agent launches it."""

    name: str
    what: str
    scenarios: tuple[str, ...] = tuple(SCENARIOS)
    module: str = ""
    how: str = ""
    script: str = ""
    arguments: tuple[str, ...] = ()
    by_default: bool = True
    fills_table: bool = True


CONTESTANTS = {
    each.name: each
    for each in (
        Contestant("job", "the job, launched as the Glue worker does", script="job.py"),
        Contestant("duckdb", "DuckDB, its own binary COPY, the same merge", module="bench.etl.duckdb_peer"),
        Contestant("polars", "Polars, ADBC's binary COPY, the same merge", module="bench.etl.polars_peer"),
        Contestant(
            "spark-jdbc",
            "Spark, JDBC to a staging table, unconditional ON CONFLICT",
            script="jdbc.py",
            arguments=("--rewrite", "false"),
        ),
        Contestant(
            "spark-jdbc-rewrite",
            "the same with reWriteBatchedInserts=true",
            script="jdbc.py",
            arguments=("--rewrite", "true"),
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
    """What Spark's contestants need, from the set-up: interpreter of the worker's venv, jars, modules, password."""

    worker_python: Path
    jars: Path
    jdbc_jar: Path
    modules: Path
    password_file: Path
    memory: str = ""


@dataclass(frozen=True)
class Launch:
    command: list[str]
    environment: Mapping[str, str]


def launch(contestant: Contestant, data: Path, folder: Path, tools: Tools) -> Launch:
    """Command and environment of one run on the files in `data`; what it writes lies in `folder`, which it gets empty.

    Raises ContestantError when the worker's launcher refuses.
    """
    processed = folder / "processed"
    processed.mkdir(parents=True)
    if contestant.script:
        return _spark(contestant, data, folder, processed, tools)
    arguments = [contestant.how, str(data / "rows.csv")] if contestant.how else [str(data), str(processed)]
    environment = server.environment() | {"PYTHONPATH": str(TOP), "TMPDIR": str(folder)}
    return Launch([sys.executable, "-m", contestant.module, *arguments], environment)


def _spark(contestant: Contestant, data: Path, folder: Path, processed: Path, tools: Tools) -> Launch:
    arguments = [
        *("--raw", f"{data.as_uri()}/", "--processed", f"{processed.as_uri()}/", "--table", TABLE),
        *("--host", os.environ["PGHOST"], "--port", os.environ["PGPORT"], "--database", server.DATABASE),
        *("--user", os.environ["PGUSER"], "--password_file", str(tools.password_file)),
        *contestant.arguments,
    ]
    python_path = os.pathsep.join([str(TOP / "glue_scripts"), str(tools.modules)])
    command = [
        *(str(tools.worker_python), str(SPARK / "submission.py"), str(folder), str(SPARK / contestant.script)),
        *(str(tools.jars), python_path, str(tools.jdbc_jar), tools.memory, *arguments),
    ]
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "JAVA_HOME") if name in os.environ}
    environment["PYTHONPATH"] = str(TOP / "emulator")
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise ContestantError(f"the worker's launcher refused {contestant.name}: {done.stderr.strip()[-1500:]}")
    made = json.loads(done.stdout)
    return Launch(made["command"], made["environment"])
