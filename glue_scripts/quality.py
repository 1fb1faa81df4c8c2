"""Quality rules: which lines the job rejects, in one list, and what the values of the other lines mean.

The first rule of the list that holds rejects the line. A rejected line never replaces an accepted one. The choices:

* A `nota` is digits with an optional sign and decimal point (`7`, `7.5`, ` 7.50 `). The rule `nota_not_a_number`
  rejects `7,5`, `1e1`, `NaN`, `Infinity` and an empty value: the job guesses nothing. In a file with decimal commas
  (its separator is `;`, or `--decimal_separator` says so) `7,5` and `7.5` are numbers, and a value in which the point
  may separate thousands is not (`1.234`, `1.234,5`). The range 0 to 10 holds for the value as written. The value is
  then rounded half up to two decimals, as PostgreSQL's NUMERIC(4,2) does: 9.999 becomes 10.00, and 10.001 is out of
  range.
* An id is a whole number (`7`, `007`; not `7.0`). Any other id is `invalid_key` in alunos and escolas. In notas it is
  `unknown_aluno`, because no aluno has it.
* An `idade` that is not a whole number from 0 to 150 becomes NULL, and the log counts it. Its grades are kept.
* Spaces, tabs and no-break spaces around a value are removed. An empty value is NULL.
* Blank lines are not data. Lines equal to the header are not data either: files joined with `cat` repeat it.
* A line whose key comes again later is superseded. The job counts it and does not reject it.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from table import SETS, SPARK_TYPES, texts_of_set

# PostgreSQL's TEXT has no limit, but an entry of the key's index, which holds disciplina, has 2704 bytes at most. 500
# characters are 2000 bytes at most, and no name in a school network is nearly as long.
TEXT_CHARACTERS = 500


@dataclass(frozen=True)
class Rule:
    """A rule for some sets. `condition` is SQL over the columns that `typed` makes; true rejects the line."""

    name: str
    sets: tuple[str, ...]
    condition: str


def _too_long(source: str) -> str:
    return " OR ".join(f"length({column}) > {TEXT_CHARACTERS}" for column in texts_of_set(source))


# In order of precedence. `control_character`, `malformed` and `undecodable` come from `reading.read_lines`. A column
# `*_text` holds the text in the file, the others hold its meaning. `known_*` come from the join of the three sets.
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
    # A value with more digits than the type holds is NULL, so it is out of range as well.
    Rule(
        "nota_out_of_range", ("notas",), "coalesce(try_cast(nota_number AS DECIMAL(38,30)) NOT BETWEEN 0 AND 10, true)"
    ),
)
# These apply to the lines of notas that no rule above rejects.
REFERENCE_RULES = (
    Rule("unknown_aluno", ("notas",), "known_aluno IS NULL"),
    Rule("unknown_escola", ("notas",), "known_escola IS NULL"),
)

POINT = "^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)$"
COMMA = "^[+-]?([0-9]+,?[0-9]*|,[0-9]+)$"
THOUSANDS = "[.][0-9]{3}$"


def names(rules: tuple[Rule, ...], source: str) -> list[str]:
    """The names of a set's rules, in order."""
    return [rule.name for rule in rules if source in rule.sets]


def whole_number(column: str) -> str:
    """SQL for a text column as BIGINT, NULL unless it is a whole number. A plain cast makes 7 of '7.9'."""
    return f"CASE WHEN {column} RLIKE '^-?[0-9]{{1,18}}$' THEN CAST({column} AS BIGINT) END"


# The meaning of each column, set by set, as SQL over the set's columns in `table.SOURCE_COLUMNS` (trimmed text, NULL
# when empty) and over what `reading.read_lines` adds.
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
    """The lines of `reading.read_lines` with typed columns and `rule`, the rule that rejects the line or NULL."""
    meanings = [f"{meaning} AS {column}" for column, meaning in MEANINGS[source].items()]
    known = lines.selectExpr(
        "raw_line", "file", "block", "number", "open_quote",
        "control_character", "malformed", "undecodable", *meanings,
    )  # fmt: skip
    if source == "notas":
        known = known.withColumn("nota", F.expr(f"try_cast(nota_number AS {SPARK_TYPES['nota']})"))
    return known.withColumn("rule", F.expr(first_that_holds(RULES, source)))


def first_that_holds(rules: tuple[Rule, ...], source: str) -> str:
    """SQL for the name of the first rule that holds. It is NULL if none does."""
    cases = [f"WHEN {rule.condition} THEN '{rule.name}'" for rule in rules if source in rule.sets]
    return f"CASE {' '.join(cases)} END"
