"""Quality rules: which lines can't be used, in one table, and what the values of the others mean.

A line is rejected for the first rule in the table's order that holds, and a rejected line never replaces an accepted
one. Choices worth knowing:

* `nota` is digits with an optional sign and decimal point (`7`, `7.5`, ` 7.50 `). `7,5`, `1e1`, `NaN`, `Infinity` and
  an empty value are `nota_not_a_number`: nothing is guessed. In a file with decimal commas (its separator is `;`, or
  `--decimal_separator` says so) `7,5` is a number too, and so is `7.5`, but not what a point of thousands could be in
  (`1.234`, `1.234,5`). The range 0 to 10 is checked on the value as written; then it is rounded half up to two
  decimals, as PostgreSQL's NUMERIC(4,2) does: 9.999 becomes 10.00, 10.001 is out of range.
* An id is a whole number (`7`, `007`; not `7.0`). Another id is `invalid_key` in alunos and escolas; in notas it
  belongs to nobody, so it is `unknown_aluno`.
* An `idade` that is not a whole number from 0 to 150 becomes NULL and is counted in the log: no grade is lost over it.
* Values are trimmed of spaces, tabs and no-break spaces; an empty value is NULL.
* Blank lines, and lines equal to the header (files joined with `cat` repeat it), are not data.
* A line whose key comes again later is superseded: counted, not rejected.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from table import SETS, SPARK_TYPES, texts_of_set

# PostgreSQL's TEXT has no limit, but an index entry has (2704 bytes, with disciplina in it): 500 characters are at most
# 2000 bytes. Nothing that a school network calls a name is near it.
TEXT_CHARACTERS = 500


@dataclass(frozen=True)
class Rule:
    """`condition` is SQL over a set's columns as `typed` makes them; true rejects the line."""

    name: str
    sets: tuple[str, ...]
    condition: str


def _too_long(source: str) -> str:
    return " OR ".join(f"length({column}) > {TEXT_CHARACTERS}" for column in texts_of_set(source))


# In order of precedence. `control_character`, `malformed` and `undecodable` come from `reading.read_lines`; columns
# `*_text` hold what the file says, the others what it means; `known_*` come from the join of the three sets.
RULES = (
    Rule("control_character", SETS, "control_character"),
    Rule("malformed_line", SETS, "malformed"),
    Rule("invalid_encoding", SETS, "undecodable"),
    Rule("empty_key", ("alunos",), "aluno_id_text IS NULL"),
    Rule("empty_key", ("escolas",), "escola_id_text IS NULL"),
    Rule("empty_key", ("notas",), "aluno_id_text IS NULL OR disciplina IS NULL"),
    Rule("invalid_key", ("alunos",), "aluno_id IS NULL"),
    Rule("invalid_key", ("escolas",), "escola_id IS NULL"),
    *(Rule("text_too_long", (name,), _too_long(name)) for name in SETS),
    Rule("nota_not_a_number", ("notas",), "nota_number IS NULL"),
    # More digits than the type holds are NULL, so out of range as well.
    Rule(
        "nota_out_of_range", ("notas",), "coalesce(try_cast(nota_number AS DECIMAL(38,30)) NOT BETWEEN 0 AND 10, true)"
    ),
)
# Hold for lines of notas that no rule above rejects.
REFERENCE_RULES = (
    Rule("unknown_aluno", ("notas",), "known_aluno IS NULL"),
    Rule("unknown_escola", ("notas",), "known_escola IS NULL"),
)

POINT = "^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)$"
COMMA = "^[+-]?([0-9]+,?[0-9]*|,[0-9]+)$"
THOUSANDS = "[.][0-9]{3}$"


def names(rules: tuple[Rule, ...], source: str) -> list[str]:
    """Names of the rules of a set, in order."""
    return [rule.name for rule in rules if source in rule.sets]


def whole_number(column: str) -> str:
    """SQL for a text column as BIGINT, NULL unless it is a whole number (a plain cast would take '7.9' for 7)."""
    return f"CASE WHEN {column} RLIKE '^-?[0-9]{{1,18}}$' THEN CAST({column} AS BIGINT) END"


# What a line's text means, set by set, as SQL over the columns of `table.SOURCE_COLUMNS` and `reading.LINE_COLUMNS`.
MEANINGS = {
    "alunos": {
        "aluno_id_text": "id",
        "aluno_id": whole_number("id"),
        "nome_aluno": "nome_ficticio",
        "idade": f"CASE WHEN {whole_number('idade')} BETWEEN 0 AND 150 THEN CAST(idade AS SMALLINT) END",
        "idade_text": "idade",
        "genero": "genero",
        "escola_id": whole_number("escola_id"),
    },
    "escolas": {
        "escola_id_text": "escola_id",
        "escola_id": whole_number("escola_id"),
        "nome_escola": "nome",
        "rede": "rede",
        "regiao": "regiao",
    },
    "notas": {
        "aluno_id_text": "aluno_id",
        "aluno_id": whole_number("aluno_id"),
        "disciplina": "disciplina",
        "nota_number": (
            f"CASE WHEN decimal_comma AND nota RLIKE '{COMMA}' THEN replace(nota, ',', '.') "
            f"WHEN nota RLIKE '{POINT}' AND NOT (decimal_comma AND nota RLIKE '{THOUSANDS}') THEN nota END"
        ),
    },
}


def typed(lines: DataFrame, source: str) -> DataFrame:
    """Lines of `reading.read_lines` with typed columns and `rule`: the rule that rejects it, NULL if none does."""
    meanings = [f"{meaning} AS {column}" for column, meaning in MEANINGS[source].items()]
    known = lines.selectExpr(
        "raw_line", "file", "block", "number", "open_quote",
        "control_character", "malformed", "undecodable", *meanings,
    )  # fmt: skip
    if source == "notas":
        known = known.withColumn("nota", F.expr(f"try_cast(nota_number AS {SPARK_TYPES['nota']})"))
    return known.withColumn("rule", F.expr(first_that_holds(RULES, source)))


def first_that_holds(rules: tuple[Rule, ...], source: str) -> str:
    """SQL for the name of the first rule that holds, NULL if none does."""
    cases = [f"WHEN {rule.condition} THEN '{rule.name}'" for rule in rules if source in rule.sets]
    return f"CASE {' '.join(cases)} END"
