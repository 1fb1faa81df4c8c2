"""The same work in DuckDB, with its own binary COPY into PostgreSQL. `duckdb_peer.py RAW_FOLDER PROCESSED_FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import duckdb_extension_postgres_scanner

from bench.etl import rules, table
from glue_scripts.table import KEY, NAMES, SPARK_TYPES, of_set

TYPES = {"STRING": "VARCHAR"}  # where DuckDB's name differs from Spark's


def declared(source: str) -> str:
    """The columns of the set `source` as `read_csv` takes them: by their place in the file, with their types."""
    return ", ".join(
        f"'{column}': '{TYPES.get(SPARK_TYPES[name], SPARK_TYPES[name])}'" for name, column in of_set(source).items()
    )


def selected(source: str, alias: str) -> str:
    """The columns of the set `source`, each under the name that the table has for it."""
    return ", ".join(f"{alias}.{column} AS {name}" for name, column in of_set(source).items() if name != "escola_id")


# One pass joins, judges and numbers the lines in file order. `row_number() OVER ()` without an order streams.
LINES = f"""
CREATE TABLE lines AS
SELECT n.*, {selected("alunos", "a")}, e.escola_id, {selected("escolas", "e")},
    try_cast(n.nota_text AS {SPARK_TYPES["nota"]}) AS nota,
    CASE
        WHEN extra IS NOT NULL THEN 'malformed_line'
        WHEN aluno_id_text IS NULL OR disciplina IS NULL THEN 'key_missing'
        WHEN regexp_matches(disciplina, '{rules.CONTROL}') THEN 'control_character'
        WHEN length(disciplina) > {rules.LONGEST_TEXT} THEN 'text_too_long'
        WHEN a.id IS NULL THEN 'unknown_aluno'
        WHEN e.escola_id IS NULL THEN 'unknown_escola'
        WHEN n.nota_text IS NULL OR NOT regexp_matches(n.nota_text, '{rules.NUMBER}') THEN 'number_malformed'
        WHEN NOT coalesce(try_cast(n.nota_text AS DECIMAL(38,18)) BETWEEN 0 AND 10, false) THEN 'out_of_range'
    END AS reason
FROM (
    SELECT row_number() OVER () AS line, *
    FROM read_csv($notas, header = false, skip = 1, auto_detect = false, delim = ',', quote = '"', null_padding = true,
        columns = {{'aluno_id_text': 'VARCHAR', 'disciplina': 'VARCHAR', 'nota_text': 'VARCHAR', 'extra': 'VARCHAR'}})
) AS n
LEFT JOIN read_csv($alunos, header = true, auto_detect = false, delim = ',', quote = '"',
    columns = {{{declared("alunos")}}}) AS a ON a.id = try_cast(n.aluno_id_text AS BIGINT)
LEFT JOIN read_csv($escolas, header = true, auto_detect = false, delim = ',', quote = '"',
    columns = {{{declared("escolas")}}}) AS e ON e.escola_id = a.escola_id
"""
KEPT = f"""
SELECT {", ".join(NAMES)} FROM lines WHERE reason IS NULL
QUALIFY row_number() OVER (PARTITION BY {", ".join(KEY)} ORDER BY line DESC) = 1
"""
REJECTED = "SELECT line, aluno_id_text, disciplina, nota_text, extra, reason FROM lines WHERE reason IS NOT NULL"


def main(raw: Path, processed: Path) -> None:
    extension = next(Path(duckdb_extension_postgres_scanner.__file__).parent.rglob("*.duckdb_extension"))
    files = {name: str(raw / f"{name}.csv") for name in ("alunos", "escolas", "notas")}
    parquet = processed / "performance_academica.parquet"
    with duckdb.connect() as connection:
        connection.execute(LINES, files)
        connection.execute(f"COPY ({KEPT}) TO '{parquet}' (FORMAT parquet)")
        if connection.execute("SELECT count(reason) FROM lines").fetchone() != (0,):
            connection.execute(f"COPY ({REJECTED}) TO '{processed / 'rejected.parquet'}' (FORMAT parquet)")
        connection.execute("DROP TABLE lines")
        connection.execute(f"LOAD '{extension}'")  # DuckDB checks its signature
        connection.execute("ATTACH '' AS pg (TYPE postgres)")  # libpq's variables have the address, the user and TLS
        with table.staging() as server:
            connection.execute(f"INSERT INTO pg.{table.STAGING} SELECT * FROM read_parquet('{parquet}')")
            table.merge(server, table.STAGING)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
