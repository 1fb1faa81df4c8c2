"""The same work in Polars, with ADBC's binary COPY into PostgreSQL. `polars_peer.py RAW_FOLDER PROCESSED_FOLDER`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import adbc_driver_postgresql.dbapi as adbc
import polars as pl
from polars import col

from bench.etl import rules, table
from glue_scripts.table import KEY, NAMES, SPARK_TYPES, of_set

TYPES = {"BIGINT": pl.Int64, "SMALLINT": pl.Int16, "STRING": pl.String}
NOTAS = {"aluno_id_text": pl.String, "disciplina": pl.String, "nota_text": pl.String, "extra": pl.String}


def schema(source: str) -> dict[str, type[pl.DataType]]:
    """The columns of the set `source` in the order of its file, by the names that the table has for them."""
    return {name: TYPES[SPARK_TYPES[name]] for name in of_set(source)}


def read(path: Path, schema: Mapping[str, type[pl.DataType]]) -> pl.LazyFrame:
    """The lines of a CSV, its columns by position: the generator wrote them in the order of the table."""
    return pl.scan_csv(
        path, has_header=False, skip_rows=1, schema=schema, truncate_ragged_lines=True, missing_columns="insert"
    )


def judged(raw: Path) -> pl.LazyFrame:
    """All lines of notas.csv in file order, joined, with `reason` for each line that can't be used."""
    alunos = read(raw / "alunos.csv", schema("alunos"))
    escolas = read(raw / "escolas.csv", schema("escolas")).with_columns(escola_known=pl.lit(True))
    notas = read(raw / "notas.csv", NOTAS).with_columns(aluno_id=col("aluno_id_text").cast(pl.Int64, strict=False))
    known = alunos.join(escolas, on="escola_id", how="left").with_columns(aluno_known=pl.lit(True))
    number = pl.when(col("nota_text").str.contains(rules.NUMBER)).then(col("nota_text").cast(pl.Float64, strict=False))
    reason = (
        pl.when(col("extra").is_not_null()).then(pl.lit("malformed_line"))
        .when(col("aluno_id_text").is_null() | col("disciplina").is_null()).then(pl.lit("key_missing"))
        .when(col("disciplina").str.contains(rules.CONTROL)).then(pl.lit("control_character"))
        .when(col("disciplina").str.len_chars() > rules.LONGEST_TEXT).then(pl.lit("text_too_long"))
        .when(col("aluno_known").is_null()).then(pl.lit("unknown_aluno"))
        .when(col("escola_known").is_null()).then(pl.lit("unknown_escola"))
        .when(col("number").is_null()).then(pl.lit("number_malformed"))
        .when(~col("number").is_between(0, 10)).then(pl.lit("out_of_range"))
    )  # fmt: skip
    return (
        notas.join(known, on="aluno_id", how="left", maintain_order="left")
        .with_columns(number=number, nota=col("nota_text").cast(pl.Decimal(4, 2), strict=False))
        .with_columns(reason=reason)
    )


def main(raw: Path, processed: Path) -> None:
    lines = judged(raw).collect()
    rejected = lines.filter(col("reason").is_not_null()).select(*NOTAS, "reason")
    if rejected.height:
        rejected.write_parquet(processed / "rejected.parquet")
    # The last line of each key. A pupil has one school.
    rows = lines.filter(col("reason").is_null()).unique(KEY, keep="last").select(NAMES)
    del lines
    rows.write_parquet(processed / "performance_academica.parquet", compression="snappy")
    with table.staging() as server:
        # The address is empty: libpq's variables have the server, the user and TLS.
        with adbc.connect("postgresql://") as connection, connection.cursor() as cursor:
            cursor.adbc_ingest(table.STAGING, rows.to_arrow(), mode="append")
            connection.commit()
        table.merge(server, table.STAGING)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
