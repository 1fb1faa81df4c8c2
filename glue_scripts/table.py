"""The table performance_academica: its columns, their types, its key, and the source column of each value.

The job imports this module as `table`; scripts/, bench/ and tests/ import it as `glue_scripts.table`. They run in
environments without Spark and without a database driver, so this module imports the standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NAME = "performance_academica"
CREATE_TABLES = "sql/01_create_tables.sql"
MIGRATIONS = "sql/migrations"


@dataclass(frozen=True)
class Column:
    """One column of the table.

    `spark` is its type in Spark's SQL, `postgres` its type as PostgreSQL's `format_type` prints it. `sources` maps a
    set of source files to the name of the value in that set; a column that joins two sets has both. `meaning` says
    what a value is, for docs/data_dictionary.md. `migration` is the file of sql/migrations/ that adds the column to an
    older table; the columns of the first table have none.
    """

    name: str
    spark: str
    postgres: str
    sources: Mapping[str, str]
    meaning: str
    nullable: bool = True
    migration: str = ""


COLUMNS = (
    Column(
        "aluno_id",
        "BIGINT",
        "bigint",
        {"alunos": "id", "notas": "aluno_id"},
        "the number of the pupil; it joins a nota with its aluno",
        nullable=False,
    ),
    Column(
        "nome_aluno",
        "STRING",
        "text",
        {"alunos": "nome_ficticio"},
        "the name of the pupil; the samples have invented names",
    ),
    Column(
        "idade",
        "SMALLINT",
        "smallint",
        {"alunos": "idade"},
        "the age of the pupil in whole years, 0 to 150; another value becomes NULL",
    ),
    Column("genero", "STRING", "text", {"alunos": "genero"}, "the gender of the pupil, as the school writes it"),
    Column(
        "escola_id",
        "BIGINT",
        "bigint",
        {"alunos": "escola_id", "escolas": "escola_id"},
        "the number of the school that the pupil attends; it joins an aluno with its escola",
        nullable=False,
    ),
    Column("nome_escola", "STRING", "text", {"escolas": "nome"}, "the name of that school"),
    Column("rede", "STRING", "text", {"escolas": "rede"}, "who runs the school, for example `Municipal`"),
    Column("regiao", "STRING", "text", {"escolas": "regiao"}, "the region in which the school lies, for example `Sul`"),
    Column(
        "disciplina",
        "STRING",
        "text",
        {"notas": "disciplina"},
        "the subject, as the school writes it: `Artes` and `artes` differ",
        nullable=False,
    ),
    Column(
        "nota",
        "DECIMAL(4,2)",
        "numeric(4,2)",
        {"notas": "nota"},
        "the grade, from 0 to 10, rounded half up to two decimals",
        nullable=False,
    ),
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


def catalog(relation: str) -> str:
    """A query for the columns of a table in PostgreSQL, as `differences` reads them; no row where there is no table.

    `relation` is SQL for the table's name: a placeholder of the caller's driver, or a literal.
    """
    return _CATALOG.replace("RELATION", relation)


_CATALOG = """
SELECT CAST(a.attname AS text), format_type(a.atttypid, a.atttypmod), a.attnotnull,
       a.atthasdef OR a.attidentity <> '', coalesce(a.attnum = ANY (i.indkey), false)
  FROM pg_attribute AS a LEFT JOIN pg_index AS i ON i.indrelid = a.attrelid AND i.indisprimary
 WHERE a.attrelid = to_regclass(RELATION) AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attnum
"""


def differences(rows: Sequence[tuple[str, str, bool, bool, bool]]) -> list[str]:
    """What keeps the job from writing into the table that `catalog` found, one text each; empty when nothing does.

    The order of the columns does not matter, and the table may have columns of its own if they need no value.
    """
    found = {name: (kind, not_null, has_default) for name, kind, not_null, has_default, _ in rows}
    key = [name for name, *_, in_key in rows if in_key]
    told = []
    for column in COLUMNS:
        if column.name not in found:
            remedy = f"run {MIGRATIONS}/{column.migration}" if column.migration else f"{CREATE_TABLES} always had it"
            told.append(f"column {column.name} is missing ({remedy})")
            continue
        kind, not_null, _ = found[column.name]
        if kind != column.postgres:
            told.append(f"column {column.name} is {kind} and must be {column.postgres}")
        if not_null and column.nullable:
            told.append(f"column {column.name} is NOT NULL and must take NULL")
    for name, (_, not_null, has_default) in found.items():
        if name not in NAMES and not_null and not has_default:
            told.append(f"column {name} is NOT NULL without a default, and the job has no value for it")
    if set(key) != set(KEY):
        told.append(f"the primary key is ({', '.join(key)}) and must be ({', '.join(KEY)})")
    return told
