"""docs/data_dictionary.md against `glue_scripts/table.py` and `glue_scripts/quality.py`."""

from __future__ import annotations

import pytest

from glue_scripts import table
from scripts.case import dictionary
from scripts.case.dictionary import RULES

pytestmark = pytest.mark.unit
# Rules that look at a line as a whole, before its values are known.
OF_LINES = {"other_header", "control_character", "malformed_line", "invalid_encoding"}
LINEAGE = [(each, name) for each in table.COLUMNS for name in each.sources]


def test_the_page_is_in_step() -> None:
    assert dictionary.FILE.read_text(encoding="utf-8") == dictionary.text(), "run `make format`"


def test_every_column_says_what_it_means() -> None:
    assert [each.name for each in table.COLUMNS if not each.meaning or each.meaning.endswith(".")] == []


@pytest.mark.parametrize(("column", "name"), LINEAGE, ids=lambda each: getattr(each, "name", each))
def test_the_meaning_of_a_column_reads_the_column_that_table_names(column: table.Column, name: str) -> None:
    sql = dictionary.sql_of(column.name, name)
    told = f"MEANINGS[{name!r}][{column.name!r}] in glue_scripts/quality.py reads other columns than table.py names"
    assert dictionary.read_by(sql, name) == [(name, column.sources[name])], told


def test_every_rule_says_what_it_rejects_and_looks_at_columns_or_at_the_line() -> None:
    for rule in RULES:
        assert rule.rejects and not rule.rejects.endswith("."), rule.name
        for name in rule.sets:
            assert bool(dictionary.judged_by(rule, name)) != (rule.name in OF_LINES), (rule.name, name)


def test_rules_are_found_through_meanings_and_through_the_join() -> None:
    (unknown,) = (rule for rule in RULES if rule.name == "unknown_aluno")
    assert dictionary.judged_by(unknown, "notas") == [("alunos", "id"), ("notas", "aluno_id")]
    (number,) = (rule for rule in RULES if rule.name == "nota_not_a_number")
    assert dictionary.judged_by(number, "notas") == [("notas", "nota")]


def test_a_separator_in_the_sql_does_not_break_the_table() -> None:
    (line,) = (line for line in dictionary.text().splitlines() if line.startswith("| `nota` | `notas.nota` |"))
    assert "[0-9]*\\|[.][0-9]+" in line and line.count(" | ") == 3
