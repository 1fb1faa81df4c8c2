"""The analyses of sql/02_analysis_queries.sql by name, and which of them Python computes as well."""

from __future__ import annotations

import pytest

from glue_scripts.table import NAMES
from scripts.base.errors import CommandError
from scripts.base.paths import TOP
from scripts.case.analyses import COMPUTATIONS, computed, named
from scripts.case.verification import compared
from tests.kit.expected import Row, expected

pytestmark = pytest.mark.unit
ANALYSES = named((TOP / "sql" / "02_analysis_queries.sql").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """What the sample files amount to."""
    return expected(TOP / "csv_exemplos").rows


@pytest.mark.parametrize("name", ANALYSES)
def test_analysis_only_reads_and_has_an_order(name: str) -> None:
    words = ANALYSES[name].upper().split()
    assert words[0] in ("SELECT", "WITH")
    assert "ORDER" in words, f"{name} gives its rows in no fixed order"


@pytest.mark.parametrize("name", ANALYSES)
def test_analysis_is_checked_by_aws_verify(name: str, rows: list[Row]) -> None:
    """A skip here is what aws-verify says, too: the analysis is shown and not checked."""
    if name not in COMPUTATIONS:
        pytest.skip(f"{name} is not checked by aws-verify: scripts/case/analyses.py has no computation of that name")
    assert computed(rows)[name]


def test_every_computation_has_its_analysis() -> None:
    assert [name for name in COMPUTATIONS if name not in ANALYSES] == []


def test_means_are_those_of_the_sample_files(rows: list[Row]) -> None:
    rede = NAMES.index("rede")
    found = {row[0]: row[-1] for row in computed(rows)["desempenho_por_rede"]}
    assert found == {name: [row[rede] for row in rows].count(name) for name in found}
    assert sum(int(str(count)) for count in found.values()) == len(rows)


def test_analyses_are_compared_by_name_and_not_by_place(rows: list[Row]) -> None:
    wanted = computed(rows)
    (check,) = compared(dict(reversed(wanted.items())), wanted)
    assert check.passed is True


def test_wrong_and_missing_analysis_fail_and_are_named(rows: list[Row]) -> None:
    wanted = computed(rows)
    (wrong,) = compared({**wanted, "desempenho_por_rede": []}, wanted)
    assert (wrong.passed, wrong.detail) == (False, "desempenho_por_rede differs")
    (gone,) = compared({name: found for name, found in wanted.items() if name != "desempenho_por_rede"}, wanted)
    assert gone.passed is False and "desempenho_por_rede is not in sql/02" in gone.detail


def test_analysis_without_a_computation_is_named_as_not_checked(rows: list[Row]) -> None:
    wanted = computed(rows)
    check, other = compared({**wanted, "alunos_por_idade": [(15, 3)]}, wanted)
    assert check.passed is True
    assert other.passed is None and other.detail.startswith("alunos_por_idade: ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("-- name: a\nSELECT 1;\n\nSELECT 2;", "`SELECT 2` has no name"),
        ("-- name: a\nSELECT 1;\n-- name: a\nSELECT 2;", "two statements have the name a"),
    ],
)
def test_statement_without_a_name_of_its_own_is_refused(text: str, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        named(text)
