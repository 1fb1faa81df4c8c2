"""COPY by the executors and by the driver. Real Spark, real PostgreSQL."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import copying
import pytest
import staging
from conftest import query
from copying import copy_lines
from database import Database
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
