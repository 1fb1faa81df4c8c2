"""Whole runs, seen from outside: their table, Parquet and summary."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from common import DatabaseError
from conftest import NOTAS, REPOSITORY, Runner, query, relations, table
from table import NAME as TABLE
from table import NAMES, SPARK_TYPES

from tests.kit.expected import expected, in_order
from tests.kit.sources import source


def parquet_rows(summary: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a run's Parquet by key."""
    rows = pyarrow.parquet.read_table(summary["parquet"], partitioning=None).to_pylist()
    return in_order(tuple(row[name] for name in NAMES) for row in rows)


def load_sample(job: Runner) -> None:
    for path in (REPOSITORY / "csv_exemplos").glob("*.csv"):
        job.write(**{path.stem: path.read_bytes()})


def test_sample_files_end_in_table_and_parquet_alike(job: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    load_sample(job)
    summary = job.run()
    rows = expected(REPOSITORY / "csv_exemplos").rows
    assert in_order(table(job.database)) == rows
    assert parquet_rows(summary) == rows
    logged = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert all(seconds >= 0 for seconds in logged.pop("seconds").values())
    assert logged == {
        "event": "run_summary",
        "read": {"alunos": 60, "escolas": 12, "notas": 209},
        "kept": 194,
        "superseded": 4,
        "rejected": {
            "unknown_aluno": 2, "unknown_escola": 2, "nota_not_a_number": 3, "nota_out_of_range": 2, "empty_key": 2,
        },
        "inserted": 194,
        "updated": 0,
        "unchanged": 0,
        "parquet": f"{job.folder}/processed/performance_academica/run=jr_1/",
        "rejects": f"{job.folder}/processed/performance_academica_rejeitados/run=jr_1/",
    }  # fmt: skip
    assert (Path(summary["parquet"]) / "_SUCCESS").exists()


def test_parquet_has_the_types_of_the_table(job: Runner) -> None:
    schema = pyarrow.parquet.read_schema(next(Path(job()["parquet"]).glob("*.parquet")))
    arrow = {"BIGINT": "int64", "SMALLINT": "int16", "STRING": "string", "DECIMAL(4,2)": "decimal128(4, 2)"}
    wanted = {name: arrow[spark_type] for name, spark_type in SPARK_TYPES.items()}
    assert {name: str(schema.field(name).type) for name in schema.names} == wanted


def test_second_run_of_the_same_files_touches_no_row(job: Runner) -> None:
    job()
    before = table(job.database, "xmin::text, ctid::text, *")
    summary = job()
    assert table(job.database, "xmin::text, ctid::text, *") == before
    assert [summary[name] for name in ("inserted", "updated", "unchanged")] == [0, 0, 3]


def test_changed_nota_is_updated_and_a_new_one_inserted(job: Runner) -> None:
    job()
    before = dict(table(job.database, "aluno_id::text || disciplina, xmin::text"))
    summary = job(notas=NOTAS.replace("2,Artes,6.25", "2,Artes,6.5\n2,Física,9"))
    assert [summary[name] for name in ("inserted", "updated", "unchanged")] == [1, 1, 2]
    assert table(job.database, "aluno_id, disciplina, nota")[2:] == [
        (2, "Artes", Decimal("6.50")),
        (2, "Física", Decimal("9.00")),
    ]
    after = dict(table(job.database, "aluno_id::text || disciplina, xmin::text"))
    assert {key for key in before if after[key] == before[key]} == {"1Artes", "1Física"}


def test_value_that_becomes_null_or_stops_being_so_is_a_change(job: Runner) -> None:
    job(alunos=source("alunos", "1,Ana,,F,10", "2,Bia,16,F,20"))
    summary = job(alunos=source("alunos", "1,Ana,15,F,10", "2,Bia,,F,20"))
    assert (summary["updated"], summary["unchanged"]) == (3, 0)
    assert table(job.database, "aluno_id, idade") == [(1, 15), (1, 15), (2, None)]


def test_rows_that_the_files_no_longer_hold_stay(job: Runner) -> None:
    job()
    job(notas="aluno_id,disciplina,nota\n1,Artes,1\n")
    assert len(table(job.database)) == 3


def test_failing_merge_leaves_the_table_as_it_was_and_no_staging_table(job: Runner) -> None:
    job()
    query(job.database, f"ALTER TABLE {TABLE} ADD CONSTRAINT low CHECK (nota <= 8) NOT VALID")
    before = table(job.database, "xmin::text, *")
    with pytest.raises(DatabaseError, match=r"a constraint is violated.*constraint low.*23514") as caught:
        job(notas="aluno_id,disciplina,nota\n1,Artes,1\n1,Física,2\n2,Artes,3\n2,Física,8.5\n")
    assert table(job.database, "xmin::text, *") == before
    assert relations(job.database) == [TABLE]
    assert "Bia" not in str(caught.value)  # PostgreSQL's detail quotes the row


def test_missing_table_is_told_before_anything_is_written(job: Runner) -> None:
    query(job.database, f"DROP TABLE {TABLE}")
    with pytest.raises(DatabaseError, match=r"performance_academica .*sql/01_create_tables\.sql"):
        job()
    assert not (job.folder / "processed").exists()


def test_no_staging_table_is_left_after_success(job: Runner) -> None:
    job()
    assert relations(job.database) == [TABLE]
