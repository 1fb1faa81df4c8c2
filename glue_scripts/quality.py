"""Quality rules: which lines the job rejects, in one list, and what the values of the other lines mean.

The first rule of the list that holds rejects the line. A rejected line never replaces an accepted one. The choices:

* A `nota` is digits with an optional sign and decimal point (`7`, `7.5`, ` 7.50 `). The rule `nota_not_a_number`
  rejects `7,5`, `1e1`, `NaN`, `Infinity` and an empty value: the job guesses nothing. In a file with decimal commas
  (its separator is `;`, or `--decimal_separator` says so) `7,5` and `7.5` are numbers, and a value in which the point
  may separate thousands is not (`1.234`, `1.234,5`). The range 0 to 10 holds for the value as written. The value is
  then rounded half up to two decimals, as PostgreSQL's NUMERIC(4,2) does: 9.999 becomes 10.00, and 10.001 is out of
  range.
* An id is a whole number that BIGINT holds (`7`, `007`, `-7`), also with the `.0` that pandas writes where a column
  has empty values (`7.0`; `7,0` in a file with decimal commas). Any other id (`1e3`, `+7`, `1.000`) is `invalid_key`,
  and as the escola of an aluno `invalid_escola_id`. Without a line for the aluno its grades are `unknown_aluno`.
* An `idade` that is not a whole number from 0 to 150 becomes NULL, and the log counts it. Its grades are kept.
* Blanks and line breaks around a value are removed. An empty value is NULL, and so is `\\N`, as databases write it.
* Characters that nobody sees are removed (`invisible`), so that equal looking keys are equal.
* A quoted value has its quotes doubled. Other lines with quotes, as `"Escola \\"Dez\\""`, are `malformed_line`.
* Blank lines and Excel's `sep=;` are not data. A header is not data either: files joined with `cat` repeat it. But a
  header with the columns in another order fails the run, because the lines after it would be misread.
* A line whose key comes again later is superseded. The job counts it and does not reject it.

scripts/ reads the rules and meanings for docs/data_dictionary.md in an environment without Spark, so only
`typed` imports Spark.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from table import SETS, SPARK_TYPES, texts_of_set

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

# PostgreSQL's TEXT has no limit, but an entry of the key's index, which holds disciplina, has 2704 bytes at most. 500
# characters are 2000 bytes at most, and no name in a school network is nearly as long.
TEXT_CHARACTERS = 500

NO_DATA = "no_data"  # in place of a rule: a line that is neither accepted nor rejected
OTHER_HEADER = "other_header"


@dataclass(frozen=True)
class Rule:
    """A rule for some sets. `condition` is SQL over the columns that `typed` makes; true rejects the line.

    `rejects` says which lines those are, for docs/data_dictionary.md.
    """

    name: str
    sets: tuple[str, ...]
    condition: str
    rejects: str


def _too_long(source: str) -> str:
    return " OR ".join(f"length({column}) > {TEXT_CHARACTERS}" for column in texts_of_set(source))


_NO_KEY = "an id that is not a whole number within BIGINT; `10.0` is 10, as pandas writes it"

# In order of precedence. `control_character`, `malformed` and `undecodable` come from `reading.read_lines`. A column
# `*_text` holds the text in the file, the others hold its meaning. `known_*` come from the join of the three sets.
RULES = (
    Rule(
        OTHER_HEADER,
        SETS,
        "other_header",
        "a header with the columns in another order than the file's first; it fails the run",
    ),
    Rule(
        "control_character",
        SETS,
        "control_character",
        "a control character: C0 except the tab (so also NUL), DEL, C1, the line separators U+2028 and U+2029",
    ),
    Rule(
        "malformed_line",
        SETS,
        "malformed",
        "more or fewer values than the header; a quote that stays open; quotes that are not doubled inside quotes "
        r'(`"a \"b\""`), or text after a closing quote',
    ),
    Rule(
        "invalid_encoding",
        SETS,
        "undecodable",
        "bytes that are invalid in the file's encoding, or U+FFFD, by which an earlier program replaced such bytes",
    ),
    Rule("empty_key", ("alunos",), "aluno_id_text IS NULL", "no id"),
    Rule("empty_key", ("escolas",), "escola_id_text IS NULL", "no escola_id"),
    Rule("empty_key", ("notas",), "aluno_id_text IS NULL OR disciplina IS NULL", "no aluno_id or no disciplina"),
    Rule("invalid_key", ("alunos", "notas"), "aluno_id IS NULL", _NO_KEY),
    Rule("invalid_key", ("escolas",), "escola_id IS NULL", _NO_KEY),
    Rule(
        "invalid_escola_id",
        ("alunos",),
        "escola_id IS NULL AND escola_id_text IS NOT NULL",
        "an escola_id that is not empty and not such a number",
    ),
    *(
        Rule("text_too_long", (name,), _too_long(name), f"a text of more than {TEXT_CHARACTERS} characters")
        for name in SETS
    ),
    Rule("nota_not_a_number", ("notas",), "nota_number IS NULL", "no nota, or one that is not a plain number"),
    # A value with more digits than the type holds is NULL, so it is out of range as well.
    Rule(
        "nota_out_of_range",
        ("notas",),
        "coalesce(try_cast(nota_number AS DECIMAL(38,30)) NOT BETWEEN 0 AND 10, true)",
        "a nota below 0 or above 10",
    ),
)
# These apply to the lines of notas that no rule above rejects.
REFERENCE_RULES = (
    Rule("unknown_aluno", ("notas",), "known_aluno IS NULL", "no usable line of alunos has the aluno"),
    Rule(
        "unknown_escola",
        ("notas",),
        "known_escola IS NULL",
        "the aluno has no escola_id, or no usable line of escolas has it",
    ),
)

POINT = "^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)$"
COMMA = "^[+-]?([0-9]+,?[0-9]*|,[0-9]+)$"
THOUSANDS = "[.][0-9]{3}$"


def names(rules: tuple[Rule, ...], source: str) -> list[str]:
    """The names of a set's rules, in order."""
    return [rule.name for rule in rules if source in rule.sets]


def whole_number(column: str) -> str:
    """SQL for a text column as BIGINT, NULL unless it is a whole number. A plain cast makes 7 of '7.9'."""
    return (
        f"CASE WHEN {column} RLIKE '^-?[0-9]{{1,19}}$' THEN try_cast({column} AS BIGINT) "
        f"WHEN {column} RLIKE '^-?[0-9]{{1,19}}[.]0$' OR (decimal_comma AND {column} RLIKE '^-?[0-9]{{1,19}},0$') "
        f"THEN try_cast(left({column}, length({column}) - 2) AS BIGINT) END"
    )


def _age(column: str) -> str:
    number = whole_number(column)
    return f"CASE WHEN {number} BETWEEN 0 AND 150 THEN CAST({number} AS SMALLINT) END"


# The meaning of each column, set by set, as SQL over the set's columns in `table.SOURCE_COLUMNS` (trimmed text, NULL
# when empty) and over what `reading.read_lines` adds.
MEANINGS = {
    "alunos": {
        "aluno_id_text": "id",
        "aluno_id": whole_number("id"),
        "nome_aluno": "nome_ficticio",
        "idade": _age("idade"),
        "idade_text": "idade",
        "genero": "genero",
        "escola_id": whole_number("escola_id"),
        "escola_id_text": "escola_id",
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

# The one column that another meaning gives: the rules ask for the number before it is rounded.
NOTA = f"try_cast(nota_number AS {SPARK_TYPES['nota']})"


def typed(lines: DataFrame, source: str) -> DataFrame:
    """The lines of `reading.read_lines` with typed columns and `rule`.

    `rule` is NULL, the name of the rule that rejects the line, or `NO_DATA`.
    """
    from pyspark.sql import functions as F
    from reading import FLAGS, POSITION

    meanings = [f"{meaning} AS {column}" for column, meaning in MEANINGS[source].items()]
    known = lines.selectExpr("raw_line", *POSITION, *FLAGS, *meanings)
    if source == "notas":
        known = known.withColumn("nota", F.expr(NOTA))
    rule = f"CASE WHEN no_data THEN '{NO_DATA}' ELSE {first_that_holds(RULES, source)} END"
    return known.withColumn("rule", F.expr(rule))


def first_that_holds(rules: tuple[Rule, ...], source: str) -> str:
    """SQL for the name of the first rule that holds. It is NULL if none does."""
    cases = [f"WHEN {rule.condition} THEN '{rule.name}'" for rule in rules if source in rule.sets]
    return f"CASE {' '.join(cases)} END"
