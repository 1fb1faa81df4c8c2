"""COPY by the executors: after the Parquet, and while it is written. Real Spark, real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import copying
import outputs
import psycopg2
import pyarrow
import pytest
import staging
from conftest import query, relations, table
from copying import copy_lines
from database import Database
from psycopg2 import sql
from psycopg2.extensions import make_dsn
from pyspark.sql import DataFrame, SparkSession
from staging import Staging
from table import NAME as TABLE
from table import NAMES, SPARK_TYPES
from test_database import frame, row

AWKWARD = [
    "tab\there", "back\\slash", "line\nfeed", "carriage\rreturn", "\\N", "\\.", 'quote"s', "o'quote", "ação ñ 日本 🎓",
    "", " ", "\\", "\\\\t", "\b\f\v", "ends with \\", "a,b;c|d", "\u2028\u0085",
]  # fmt: skip
NOTAS_OF_MANY = sum(Decimal(number % 1001) for number in range(25_000)) / 100


def awkward_rows() -> list[tuple[Any, ...]]:
    rows = [row(1, disciplina=f"{number:02} {text}", nome_aluno=text) for number, text in enumerate(AWKWARD)]
    rows += [row(2, nome_aluno=None, idade=None, genero=None, nome_escola=None, rede=None, regiao=None)]
    return [*rows, row(-3, nota="10", idade=0), row(9_223_372_036_854_775_807, nota="0")]


def many_rows(spark: SparkSession) -> DataFrame:
    """25,000 rows: more than two batches of Arrow."""
    values = {
        "aluno_id": "id", "nome_aluno": "repeat('é', 40)", "escola_id": "10L", "disciplina": "'Artes'",
        "nota": "id % 1001 / 100.0",
    }  # fmt: skip
    return spark.range(25_000).selectExpr(
        *(f"CAST({values.get(name, 'NULL')} AS {spark_type}) AS {name}" for name, spark_type in SPARK_TYPES.items())
    )


def write_beside(staged: Staging, rows: DataFrame, folder: Path) -> DataFrame:
    """Write the rows as the job does, with COPY beside it; returns what was written."""
    outputs.write_parquet(staged.copied_beside(rows), str(folder))
    return outputs.read_parquet(rows.sparkSession, str(folder))


@contextmanager
def superuser(server: dict[str, str]) -> Iterator[psycopg2.extensions.cursor]:
    connection = psycopg2.connect(make_dsn(**server))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def test_value_that_an_executor_could_not_copy_is_not_quoted(spark: SparkSession, database: Database) -> None:
    """The message of a Spark task that failed ends in the run's ErrorMessage."""
    text = "\t".join(["João da Silva"] * len(NAMES))
    lines = spark.createDataFrame([(f"{text}\n",)], "line STRING")
    with Staging(database, TABLE, "jr_copy").open() as staged, pytest.raises(Exception, match="22P02") as caught:
        copying.copy_by_executors(database, staged.name, lines)
    assert "João" not in str(caught.value)


@pytest.mark.parametrize("few_rows", [0, 10_000], ids=["through executors", "through the driver"])
def test_any_text_and_null_arrives_as_it_was(
    spark: SparkSession, database: Database, monkeypatch: pytest.MonkeyPatch, few_rows: int
) -> None:
    rows = awkward_rows()
    monkeypatch.setattr(staging, "FEW_ROWS", few_rows)
    with Staging(database, TABLE, "jr_copy").open() as staged:
        lines = copy_lines(frame(spark, rows).repartition(3))
        assert staged.copy(lines, len(rows)) == len(rows)
        copied = query(database, f"SELECT {', '.join(NAMES)} FROM {staged.name}")
    assert sorted(copied, key=repr) == sorted(rows, key=repr)


def test_more_rows_than_an_arrow_batch_and_an_empty_task(
    spark: SparkSession, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "FEW_ROWS", 0)
    rows = many_rows(spark)
    with Staging(database, TABLE, "jr_copy").open() as staged:
        lines = copy_lines(rows.unionAll(rows.where("aluno_id < 0")))
        assert staged.copy(lines, 25_000) == 25_000
        found = query(
            database,
            f"SELECT count(DISTINCT aluno_id), sum(nota), min(nome_aluno), max(length(nome_aluno)) FROM {staged.name}",
        )
    assert found == [(25_000, NOTAS_OF_MANY, "é" * 40, 40)]


@pytest.mark.parametrize("tasks", [1, 3])
def test_rows_arrive_while_they_are_written(
    spark: SparkSession, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str], tasks: int
) -> None:
    rows = awkward_rows()
    with Staging(database, TABLE, "jr_copy").open() as staged:
        written = write_beside(staged, frame(spark, rows).repartition(tasks), tmp_path)
        assert sorted(map(tuple, written.collect()), key=repr) == sorted(rows, key=repr)
        assert sorted(query(database, f"SELECT {', '.join(NAMES)} FROM {staged.name}"), key=repr) == sorted(
            rows, key=repr
        )
        assert staged.load(written, len(rows))["inserted"] == len(rows)
    assert "copied_beside" in capsys.readouterr().out
    assert sorted(table(database), key=repr) == sorted(rows, key=repr)


def test_more_rows_than_an_arrow_batch_arrive_while_they_are_written(
    spark: SparkSession, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Staging(database, TABLE, "jr_copy").open() as staged:
        written = write_beside(staged, many_rows(spark), tmp_path)
        assert staged.load(written, 25_000)["inserted"] == 25_000
    assert "copied_beside" in capsys.readouterr().out
    assert query(database, f"SELECT count(DISTINCT aluno_id), sum(nota) FROM {TABLE}") == [(25_000, NOTAS_OF_MANY)]


def test_rows_that_a_repeated_task_copied_twice_are_copied_again(
    spark: SparkSession, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first attempt's rows may be others: its source file may have changed."""
    with Staging(database, TABLE, "jr_copy").open() as staged:
        written = write_beside(staged, frame(spark, [row(1, nota="8"), row(2)]), tmp_path)
        query(database, f"INSERT INTO {staged.name} SELECT * FROM {staged.name} WHERE aluno_id = 1")
        query(database, f"UPDATE {staged.name} SET nota = 3 WHERE aluno_id = 1")
        assert staged.load(written, 2)["inserted"] == 2
    assert "3 of 2 rows" in capsys.readouterr().out
    assert table(database) == [row(1, nota="8"), row(2)]
    assert relations(database) == [TABLE]


def test_rows_that_could_not_be_copied_while_they_were_written_are_copied_again(
    spark: SparkSession,
    database: Database,
    server: dict[str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    limit = sql.SQL("ALTER ROLE {} CONNECTION LIMIT {}")
    with Staging(database, TABLE, "jr_copy").open() as staged, superuser(server) as cursor:
        cursor.execute(limit.format(sql.Identifier(database.user), sql.Literal(1)))
        try:
            written = write_beside(staged, frame(spark, [row(1), row(2)]), tmp_path)
        finally:
            cursor.execute(limit.format(sql.Identifier(database.user), sql.Literal(-1)))
        assert staged.load(written, 2)["inserted"] == 2
    assert "too many connections for role" in capsys.readouterr().out
    assert table(database) == [row(1), row(2)]
    assert relations(database) == [TABLE]


def test_second_pass_does_not_mix_with_the_first(spark: SparkSession, database: Database, tmp_path: Path) -> None:
    with Staging(database, TABLE, "jr_copy").open() as staged:
        write_beside(staged, frame(spark, [row(1), row(2)]), tmp_path / "first")
        written = write_beside(staged, frame(spark, [row(1, nota="9"), row(3)]), tmp_path / "second")
        assert staged.load(written, 2)["inserted"] == 2
    assert table(database) == [row(1, nota="9"), row(3)]


def test_copy_of_a_task_that_ends_early_is_undone(database: Database) -> None:
    text = "\t".join(str(value) for value in row(1))
    batch = pyarrow.RecordBatch.from_pydict({"line": [f"{text}\n"]})
    with Staging(database, TABLE, "jr_copy").open() as staged:
        statement = copying.copy_statement(staged.name)
        with copying._Copying(database, statement) as whole:
            whole.put(batch)
        with pytest.raises(ZeroDivisionError), copying._Copying(database, statement) as early:
            early.put(batch)
            raise ZeroDivisionError
        assert (whole.lost, query(database, f"SELECT count(*) FROM {staged.name}")) == (None, [(1,)])
