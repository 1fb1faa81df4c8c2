"""docs/data_dictionary.md: the table's columns, where their values come from, and the rules that reject a line."""

from __future__ import annotations

import re
import sys

from glue_scripts import table
from scripts.base.console import say
from scripts.base.paths import TOP, relative

# The job's modules lie flat on Glue, so `quality` imports `table` by that name.
sys.modules.setdefault("table", table)

from glue_scripts import quality  # noqa: E402

FILE = TOP / "docs" / "data_dictionary.md"
Place = tuple[str, str]  # a set of source files, and a column of it
RULES = (*quality.RULES, *quality.REFERENCE_RULES)  # in order of precedence


def text() -> str:
    """Returns the page. `make format` writes it."""
    lines = [
        "# Data dictionary",
        "",
        "<!-- `make format` writes this page from glue_scripts/table.py and glue_scripts/quality.py. -->",
        "",
        f"The job writes the table `{table.NAME}` to PostgreSQL, and the same columns as Parquet to "
        f"`processed/{table.NAME}/`. A row is the grade of one aluno, in one escola, in one disciplina. "
        "[tour.md](tour.md) follows one row from the CSV files to the table.",
        "",
        "## Columns",
        "",
        "| Column | Meaning | Spark, Parquet | PostgreSQL | NULL | Key | From | In the table since |",
        "|---|---|---|---|---|---|---|---|",
        *[_column(each) for each in table.COLUMNS],
        "",
        f"The primary key is ({', '.join(f'`{name}`' for name in table.KEY)}). If several lines have the same key, the "
        "last one wins.",
        "",
        "## From the file to the column",
        "",
        "The job removes blanks and line breaks around a value. An empty value is NULL, and so is `\\N`. Then Spark "
        "computes each column by the SQL below. `decimal_comma` is true in a file with decimal commas: its separator "
        "is `;`, or `--decimal_separator` says so. A column that two files have joins them.",
        "",
        "| Column | From | SQL | Rules that reject the line |",
        "|---|---|---|---|",
        *[_lineage(column, name) for column in table.COLUMNS for name in column.sources],
        "",
        "## Rules",
        "",
        "The first rule that holds rejects the line. The job writes the line with the rule to "
        f"`processed/{table.NAME}_rejeitados/`, and [`make rejects`](interfaces.md#what-the-table-and-the-runs-hold) "
        "shows it.",
    ]
    for name in table.SETS:
        lines += ["", f"### {name}.csv", "", "| Rule | Rejects | Looks at |", "|---|---|---|"]
        lines += [_rule(rule, name) for rule in _rules(name)]
    return "\n".join(lines) + "\n"


def write() -> int:
    """Writes the page. Returns 0."""
    if not FILE.exists() or FILE.read_text(encoding="utf-8") != text():
        FILE.write_text(text(), encoding="utf-8")
        say(f"{relative(FILE)} is written")
    return 0


def sql_of(column: str, name: str) -> str:
    """Returns the SQL over the columns of the set `name` that gives the table's `column`, or nothing where it lacks."""
    meanings = quality.MEANINGS[name]
    if column == "nota":
        return str(quality.NOTA.replace("nota_number", meanings["nota_number"]))
    return str(meanings.get(column, ""))


def read_by(meaning: str, name: str) -> list[Place]:
    """Returns the columns of the set `name` that the SQL of a meaning reads."""
    return [(name, word) for word in dict.fromkeys(_words(meaning)) if word in table.SOURCE_COLUMNS[name]]


def judged_by(rule: quality.Rule, name: str) -> list[Place]:
    """Returns the columns at which a rule of the set `name` looks; none if it looks at the line as a whole."""
    found: list[Place] = []
    for word in _words(rule.condition):
        if word.startswith("known_"):  # the join with that set, by the column that both have
            joined = next(each for each in table.COLUMNS if each.name == f"{word.removeprefix('known_')}_id")
            found += joined.sources.items()
        elif word in quality.MEANINGS[name]:
            found += read_by(quality.MEANINGS[name][word], name)
    return list(dict.fromkeys(found))


def _words(sql: str) -> list[str]:
    """Returns the names in `sql`, without its texts and functions."""
    return re.findall(r"\b[a-z_]+\b(?!\()", re.sub(r"'[^']*'", "", sql))


def _rules(name: str) -> list[quality.Rule]:
    return [rule for rule in RULES if name in rule.sets]


def _column(column: table.Column) -> str:
    return _row(
        f"`{column.name}`",
        column.meaning,
        f"`{column.spark}`",
        f"`{column.postgres}`",
        "yes" if column.nullable else "no",
        "yes" if column.name in table.KEY else "",
        " = ".join(f"`{name}.{source}`" for name, source in column.sources.items()),
        f"`{table.MIGRATIONS}/{column.migration}`" if column.migration else f"`{table.CREATE_TABLES}`",
    )


def _lineage(column: table.Column, name: str) -> str:
    place = (name, column.sources[name])
    rules = [rule.name for each in table.SETS for rule in _rules(each) if place in judged_by(rule, each)]
    return _row(
        f"`{column.name}`",
        f"`{name}.{column.sources[name]}`",
        f"`{sql_of(column.name, name)}`",
        ", ".join(f"`{rule}`" for rule in dict.fromkeys(rules)),
    )


def _rule(rule: quality.Rule, name: str) -> str:
    places = judged_by(rule, name)
    columns = [f"`{source}`" if each == name else f"`{each}.{source}`" for each, source in places]
    return _row(f"`{rule.name}`", rule.rejects, ", ".join(columns) or "the whole line")


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
