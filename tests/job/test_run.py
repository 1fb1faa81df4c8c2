"""Whole runs, seen from outside: table, Parquet, summary."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from common import DatabaseError
from conftest import NOTAS, REPOSITORY, TABLE, Runner, query, relations, table


def parquet_rows(summary: dict[str, Any]) -> list[tuple[Any, ...]]:
    rows = pyarrow.parquet.read_table(summary["parquet"], partitioning=None).to_pylist()
    return sorted((tuple(row.values()) for row in rows), key=lambda row: (row[0], row[4], row[8]))


def sample_rows() -> list[tuple[Any, ...]]:
    """What the sample files amount to, computed without Spark."""

    def read(name: str) -> Iterator[dict[str, str | None]]:
        with (REPOSITORY / "csv_exemplos" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            yield from ({key: value.strip() or None for key, value in row.items()} for row in csv.DictReader(file))

    alunos = {row["id"]: row for row in read("alunos")}
    escolas = {row["escola_id"]: row for row in read("escolas")}
    rows = {}
    for nota in read("notas"):
        aluno = alunos.get(nota["aluno_id"])
        escola = escolas.get(aluno["escola_id"]) if aluno else None
        try:
            value = Decimal(nota["nota"] or "")
        except ArithmeticError:
            continue
        if aluno and escola and nota["disciplina"] and 0 <= value <= 10:
            key = (int(aluno["id"] or ""), int(escola["escola_id"] or ""), nota["disciplina"])
            idade = int(aluno["idade"]) if aluno["idade"] else None
            rows[key] = (
                key[0], aluno["nome_ficticio"], idade, aluno["genero"], key[1], escola["nome"], escola["rede"],
                escola["regiao"], key[2], value,
            )  # fmt: skip
    return [rows[key] for key in sorted(rows)]


def by_key(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=lambda row: (row[0], row[4], row[8]))


def load_sample(job: Runner) -> None:
    for path in (REPOSITORY / "csv_exemplos").glob("*.csv"):
        job.write(**{path.stem: path.read_bytes()})


def test_sample_files_end_in_table_and_parquet_alike(job: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    load_sample(job)
    summary = job.run()
    expected = sample_rows()
    assert by_key(table(job.database)) == expected
    assert parquet_rows(summary) == expected
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
    assert {name: str(schema.field(name).type) for name in schema.names} == {
        "aluno_id": "int64", "nome_aluno": "string", "idade": "int16", "genero": "string", "escola_id": "int64",
        "nome_escola": "string", "rede": "string", "regiao": "string", "disciplina": "string",
        "nota": "decimal128(4, 2)",
    }  # fmt: skip


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
    job(alunos="id,nome_ficticio,idade,genero,escola_id\n1,Ana,,F,10\n2,Bia,16,F,20\n")
    summary = job(alunos="id,nome_ficticio,idade,genero,escola_id\n1,Ana,15,F,10\n2,Bia,,F,20\n")
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
    with pytest.raises(DatabaseError, match=r'violates check constraint "low".*23514') as caught:
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
