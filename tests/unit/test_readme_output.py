"""The output that the READMEs show is what the commands print for the samples of today."""

from __future__ import annotations

import re

import pytest

from scripts.base.paths import TOP
from scripts.case.analyses import computed
from tests.kit.expected import expected
from tests.kit.markdown import Document

pytestmark = pytest.mark.unit
SAMPLES = expected(TOP / "csv_exemplos")
NAME = "desempenho_por_rede"


@pytest.fixture(params=["README.md", "README.pt-BR.md"])
def shown(request: pytest.FixtureRequest) -> str:
    """The block with the output of the first command."""
    (block,) = (each for each in Document.read(TOP / request.param).blocks if "$ make local-up run\n" in each)
    return block


def test_the_counts_are_those_of_the_samples(shown: str) -> None:
    kept = len(SAMPLES.rows)
    assert f"kept {kept}, superseded {SAMPLES.superseded}, rejected {SAMPLES.rejected}, inserted {kept}, " in shown
    assert f"rows in the table: {kept}, of this run: {kept}, others: none" in shown


def test_the_analysis_is_that_of_the_samples(shown: str) -> None:
    assert f"$ make query NAME={NAME}\n{NAME}\n" in shown
    rows = [tuple(cell.strip() for cell in line.strip("│").split("│")) for line in re.findall(r"^│.+│$", shown, re.M)]
    assert sorted(rows) == sorted(tuple(map(str, row)) for row in computed(SAMPLES.rows)[NAME])


def test_the_commands_still_print_these_words() -> None:
    printed = "".join(path.read_text(encoding="utf-8") for path in sorted((TOP / "scripts").rglob("*.py")))
    for words in (
        "rows in the table: ",
        "of this run: ",
        "others: ",
        "data bucket  ",
        "Glue job     ",
        "tables: ",
        "SUCCEEDED",
    ):
        assert words in printed, words


@pytest.mark.parametrize("name", ["README.md", "README.pt-BR.md"])
def test_the_summary_of_the_tests_has_every_layer(name: str) -> None:
    (block,) = (each for each in Document.read(TOP / name).blocks if "$ make test\n" in each)
    makefile = (TOP / "Makefile").read_text(encoding="utf-8")
    (layers,) = re.findall(r"^test:.*\n\t\$\(RUN\) test (.+)$", makefile, re.MULTILINE)
    assert sorted(re.findall(r"^ok +(\w+) +[\d.]+ s$", block, re.MULTILINE)) == sorted(layers.split())
