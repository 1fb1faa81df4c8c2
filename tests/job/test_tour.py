"""docs/tour.md shows a row of the samples at each step. Here the job's own functions make what the page shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import etl_performance_academica as etl
import outputs
import quality
import reading
from common import Job
from conftest import REPOSITORY, query
from copying import copy_lines
from database import Database
from pyspark.sql import DataFrame, SparkSession
from source_files import find_sources
from staging import Staging, staging_name
from table import KEY, NAMES, of_set
from table import NAME as TABLE

from tests.kit.markdown import Document

SAMPLES = REPOSITORY / "csv_exemplos"
RUN = "jr_0"
KEY_OF_ROW = {"aluno_id": 1007, "escola_id": 7, "disciplina": "Geografia"}
ROW = "aluno_id = 1007 AND disciplina = 'Geografia'"


def test_every_step_of_the_tour_gives_what_the_page_shows(
    spark: SparkSession, database: Database, tmp_path: Path
) -> None:
    shown = [block.strip("\n") for block in Document.read(REPOSITORY / "docs" / "tour.md").blocks]
    for number, made in enumerate(steps(spark, database, tmp_path), start=1):
        assert shown[:1] == [made], f"the code block number {number} of docs/tour.md must hold:\n{made}"
        shown = shown[1:]
    assert shown == []


def steps(spark: SparkSession, database: Database, folder: Path) -> Iterator[str]:
    """What the code blocks of the page must hold, in its order."""
    yield "\n".join(
        [line_of("alunos", 54), line_of("escolas", 8), *(line_of("notas", each) for each in (53, 122, 210))]
    )

    job = Job("tour", RUN, f"{SAMPLES}/", f"{folder}/processed/", TABLE)
    sources = find_sources(spark, job)
    layout = sources["notas"].files[0].layout
    yield "\n".join(f"{name:<15}{value!r}" for name, value in vars(layout).items())

    lines = reading.read_lines(spark, sources["notas"], careful=False, one_partition=True)
    yield vertical(lines.where("aluno_id = '1007' AND nota = '8.75'"))

    typed = {name: quality.typed(reading.read_lines(spark, each, False, True), name) for name, each in sources.items()}
    accepted = {name: each.where("rule IS NULL") for name, each in typed.items()}
    yield vertical(typed["notas"].where(f"{ROW} AND nota = 8.75").drop("raw_line", *reading.POSITION, *reading.FLAGS))

    notas = etl.ranked(accepted["notas"].select(*of_set("notas"), *reading.POSITION), "aluno_id", "disciplina")
    yield horizontal(notas.where(ROW).orderBy("number").select("number", *of_set("notas"), "rank"))

    plan = etl.Plan(spark, sources, one_partition=True)
    joined = etl.join_known(notas, accepted["alunos"], accepted["escolas"], plan)
    yield vertical(joined.where(f"{ROW} AND rank = 1").drop(*reading.POSITION, "rank"))

    with Staging(database, TABLE, RUN).open() as staging:
        summary = etl.run(spark, job, staging)
    parquet = outputs.read_parquet(spark, str(summary["parquet"]))
    yield vertical(parquet.where(ROW))

    (line,) = copy_lines(parquet.where(ROW)).collect()
    yield str(line.line).replace("\t", "\\t").replace("\n", "\\n")

    counts = ", ".join(f"{name} {summary[name]}" for name in ("kept", "inserted", "updated", "unchanged"))
    yield f"{staging_name(TABLE, RUN)} -> {TABLE}\n{counts}"

    catalog = (
        f"SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = '{TABLE}'::regclass"
    )
    types: dict[str, str] = dict(query(database, catalog))  # type: ignore[arg-type]
    (row,) = query(database, f"SELECT {', '.join(NAMES)} FROM {TABLE} WHERE {ROW}")
    assert dict(zip(NAMES, row, strict=True)).items() >= KEY_OF_ROW.items() and set(KEY_OF_ROW) == set(KEY)
    yield columns([(name, types[name], value) for name, value in zip(NAMES, row, strict=True)])


def line_of(name: str, number: int) -> str:
    """A line of a sample file, with its place."""
    text = (SAMPLES / f"{name}.csv").read_text(encoding="utf-8").splitlines()[number - 1]
    return f"{f'{name}.csv:{number}':<17}{text}"


def vertical(rows: DataFrame) -> str:
    """The only row: each column with its type and its value."""
    (row,) = rows.collect()
    return columns([(field.name, field.dataType.simpleString(), row[field.name]) for field in rows.schema])


def columns(cells: Sequence[tuple[str, str, Any]]) -> str:
    return "\n".join(f"{name:<19}{kind:<14}{text(value)}" for name, kind, value in cells)


def horizontal(rows: DataFrame) -> str:
    """The rows below the names of their columns."""
    table = [rows.columns, *([text(value) for value in row] for row in rows.collect())]
    widths = [max(map(len, cells)) for cells in zip(*table, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in table)


def text(value: Any) -> str:
    if value is None:
        return "NULL"
    return str(value).lower() if isinstance(value, bool) else str(value)
