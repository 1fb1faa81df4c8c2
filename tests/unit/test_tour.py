"""The files, functions and lines that docs/tour.md names exist. tests/job/test_tour.py runs its steps."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from scripts.base.paths import TOP
from tests.kit.expected import expected, value
from tests.kit.markdown import Document

pytestmark = pytest.mark.unit
TOUR = TOP / "docs" / "tour.md"
TEXT = TOUR.read_text(encoding="utf-8")
NAMED = re.findall(r"\[`(\w+)`\]\(([^)#]+)\)", TEXT)


def defined(path: Path) -> set[str]:
    """The names that a file defines: classes, functions and values of a module; resources; tables and analyses."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".tf":
        return set(re.findall(r'^resource "\w+" "(\w+)"', source, re.MULTILINE))
    if path.suffix == ".sql":
        return set(re.findall(r"^(?:CREATE TABLE IF NOT EXISTS|-- name:) (\w+)", source, re.MULTILINE))
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return found


@pytest.mark.parametrize(("name", "link"), NAMED)
def test_what_a_step_names_stands_in_the_file_of_its_link(name: str, link: str) -> None:
    assert name in defined(TOUR.parent / link)


def test_every_step_shows_the_row_and_names_a_function() -> None:
    steps = re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]
    assert [step.partition(".")[0] for step in steps] == [str(number) for number in range(1, len(steps) + 1)]
    assert [step.splitlines()[0] for step in steps if "](../" not in step] == []


def test_the_lines_of_the_samples_are_those_of_the_files() -> None:
    for name, number, line in re.findall(r"^(\w+\.csv):(\d+) +(.+)$", Document.read(TOUR).blocks[0], re.MULTILINE):
        assert (TOP / "csv_exemplos" / name).read_text(encoding="utf-8").splitlines()[int(number) - 1] == line


def test_the_last_block_is_the_row_that_python_computes() -> None:
    rows = expected(TOP / "csv_exemplos").rows
    (row,) = (row for row in rows if value(row, "aluno_id") == 1007 and value(row, "disciplina") == "Geografia")
    shown = re.findall(r"^\w+ +\S+ +(.+)$", Document.read(TOUR).blocks[-1], re.MULTILINE)
    assert shown == ["NULL" if each is None else str(each) for each in row]
