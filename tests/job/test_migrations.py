"""The table in the database against `table.COLUMNS`: what the job refuses, and what sql/migrations/ mends."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import table as declared
from common import DatabaseError
from conftest import REPOSITORY, Runner, query, relations, table
from database import Database
from table import NAME, differences

FIRST_TABLE = REPOSITORY / "tests" / "kit" / "first_table.sql"
MIGRATIONS = sorted((REPOSITORY / declared.MIGRATIONS).glob("*.sql"))


def run(database: Database, path: Path) -> None:
    query(database, path.read_text(encoding="utf-8"))


def columns(database: Database) -> list[tuple[object, ...]]:
    return sorted(query(database, declared.catalog("%s"), NAME))


def constraints(database: Database) -> list[tuple[object, ...]]:
    definitions = "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass"
    return sorted(query(database, definitions, NAME))


def test_new_table_is_the_declared_one(database: Database) -> None:
    found = query(database, declared.catalog("%s"), NAME)
    assert differences(found) == []
    assert {name: (kind, not not_null) for name, kind, not_null, *_ in found} == {
        each.name: (each.postgres, each.nullable) for each in declared.COLUMNS
    }


def test_migrations_lead_from_the_first_table_to_the_new_one(database: Database) -> None:
    new = columns(database), constraints(database)
    query(database, f"DROP TABLE {NAME}")
    run(database, FIRST_TABLE)
    first = columns(database)
    for _ in range(2):  # each may run again
        for path in MIGRATIONS:
            run(database, path)
        missing = [name for name in declared.NAMES if name not in {row[0] for row in columns(database)}]
        assert not missing, f"no file of sql/migrations/ adds {', '.join(missing)}"
        assert (columns(database), constraints(database)) == new
    since = {each.name: each.migration for each in declared.COLUMNS if each.name not in {row[0] for row in first}}
    nameless = [f"{name}: {file!r}" for name, file in since.items() if file not in {path.name for path in MIGRATIONS}]
    assert not nameless, f"glue_scripts/table.py names no file of sql/migrations/ for {', '.join(nameless)}"


def test_migrations_change_nothing_in_a_new_table(database: Database) -> None:
    before = columns(database), constraints(database)
    for path in MIGRATIONS:
        run(database, path)
    assert (columns(database), constraints(database)) == before


def test_older_table_is_refused_with_the_file_to_run_and_mended_by_it(
    job: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As if `regiao` had come by a migration: the table of before has no such column."""
    columns = tuple(
        dataclasses.replace(each, migration="0001_add_regiao.sql") if each.name == "regiao" else each
        for each in declared.COLUMNS
    )
    monkeypatch.setattr(declared, "COLUMNS", columns)
    query(job.database, f"ALTER TABLE {NAME} DROP COLUMN regiao")
    with pytest.raises(
        DatabaseError, match=rf"{NAME} .*column regiao is missing \(run sql/migrations/0001_add_regiao.sql\)"
    ):
        job()
    assert not (job.folder / "processed").exists()
    assert relations(job.database) == [NAME]
    migration = tmp_path / "0001_add_regiao.sql"
    migration.write_text(f"ALTER TABLE {NAME} ADD COLUMN IF NOT EXISTS regiao TEXT;\n")
    for _ in range(2):
        run(job.database, migration)
    assert job.run()["inserted"] == 3
    assert table(job.database, "nome_escola, regiao")[0] == ("Escola Dez", "Sul")  # regiao is the last column now


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("DROP COLUMN idade", r"column idade is missing \(sql/01_create_tables.sql always had it\)"),
        ("ALTER nota TYPE numeric(5,2)", r"column nota is numeric\(5,2\) and must be numeric\(4,2\)"),
        ("ALTER idade SET NOT NULL", "column idade is NOT NULL and must take NULL"),
        ("ADD turma text NOT NULL", "column turma is NOT NULL without a default"),
        (
            "DROP CONSTRAINT performance_academica_pkey, ADD PRIMARY KEY (aluno_id, disciplina)",
            r"primary key is \(aluno_id, disciplina\) and must be \(aluno_id, escola_id, disciplina\)",
        ),
    ],
)
def test_table_that_the_job_can_not_fill_is_refused_before_anything_is_written(
    job: Runner, change: str, told: str
) -> None:
    query(job.database, f"ALTER TABLE {NAME} {change}")
    with pytest.raises(DatabaseError, match=told):
        job()
    assert not (job.folder / "processed").exists()
    assert relations(job.database) == [NAME]


def test_columns_of_ones_own_that_need_no_value_are_left_alone(job: Runner) -> None:
    query(job.database, f"ALTER TABLE {NAME} ADD turma text, ADD carregado timestamptz NOT NULL DEFAULT now()")
    assert job()["inserted"] == 3
    assert {turma for (turma,) in table(job.database, "turma")} == {None}
