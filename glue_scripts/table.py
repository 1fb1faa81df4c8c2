"""The table performance_academica: its columns, their types, its key, and the source column of each value.

The job imports this module as `table`; scripts/, bench/ and tests/ import it as `glue_scripts.table`. They run in
environments without Spark and without a database driver, so this module imports the standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NAME = "performance_academica"


@dataclass(frozen=True)
class Column:
    """One column of the table.

    `spark` is its type in Spark's SQL, `postgres` its type as PostgreSQL's `format_type` prints it. `sources` maps a
    set of source files to the name of the value in that set; a column that joins two sets has both.
    """

    name: str
    spark: str
    postgres: str
    sources: Mapping[str, str]
    nullable: bool = True


COLUMNS = (
    Column("aluno_id", "BIGINT", "bigint", {"alunos": "id", "notas": "aluno_id"}, nullable=False),
    Column("nome_aluno", "STRING", "text", {"alunos": "nome_ficticio"}),
    Column("idade", "SMALLINT", "smallint", {"alunos": "idade"}),
    Column("genero", "STRING", "text", {"alunos": "genero"}),
    Column("escola_id", "BIGINT", "bigint", {"alunos": "escola_id", "escolas": "escola_id"}, nullable=False),
    Column("nome_escola", "STRING", "text", {"escolas": "nome"}),
    Column("rede", "STRING", "text", {"escolas": "rede"}),
    Column("regiao", "STRING", "text", {"escolas": "regiao"}),
    Column("disciplina", "STRING", "text", {"notas": "disciplina"}, nullable=False),
    Column("nota", "DECIMAL(4,2)", "numeric(4,2)", {"notas": "nota"}, nullable=False),
)
KEY = ("aluno_id", "escola_id", "disciplina")

NAMES = tuple(column.name for column in COLUMNS)
VALUES = tuple(name for name in NAMES if name not in KEY)
SPARK_TYPES = {column.name: column.spark for column in COLUMNS}
SPARK_SCHEMA = ", ".join(f"{name} {kind}" for name, kind in SPARK_TYPES.items())
SETS = ("alunos", "escolas", "notas")


def of_set(name: str) -> dict[str, str]:
    """The columns that the set `name` gives to the table: the table's name for each, and the set's own."""
    return {column.name: column.sources[name] for column in COLUMNS if name in column.sources}


def texts_of_set(name: str) -> list[str]:
    """The table's names for the text columns of the set `name`."""
    return [column for column in of_set(name) if SPARK_TYPES[column] == "STRING"]


# Set of source files -> the columns that its header must have.
SOURCE_COLUMNS = {name: tuple(of_set(name).values()) for name in SETS}
