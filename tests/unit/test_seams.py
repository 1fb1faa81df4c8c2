"""The tables of docs/another_emulator.md, by which a successor sees what depends on LocalStack."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.checks import seams

pytestmark = pytest.mark.unit


def test_page_is_in_step_with_the_imports() -> None:
    assert seams.check() == 0, "run `make format`"


@pytest.mark.parametrize(
    ("source", "row"),
    [
        ("import os\n", "| `emulator/glue_aurora/rds/` | 1 | 0 | 0 | 1 |"),
        ("from localstack.aws.api import RequestContext\n", "| `emulator/glue_aurora/rds/` | 1 | 1 | 0 | 0 |"),
        ("def later():\n    import moto.core\n", "| `emulator/glue_aurora/rds/` | 1 | 0 | 1 | 0 |"),
        ("from moto import core\nfrom rolo import gateway\n", "| `emulator/glue_aurora/rds/` | 1 | 1 | 1 | 0 |"),
        ("import localstacked, motor\n", "| `emulator/glue_aurora/rds/` | 1 | 0 | 0 | 1 |"),
        ("from localstack.services.moto import call_moto\n", "way on to moto | 1 | `emulator/glue_aurora/rds/` |"),
        ("from localstack.aws import handlers\n", "specifications | 1 | `emulator/glue_aurora/rds/` |"),
        ("from localstack import config\n", "helpers | 1 | `emulator/glue_aurora/rds/` |"),
    ],
)
def test_file_is_counted_by_what_it_imports(source: str, row: str, tmp_path: Path) -> None:
    file = tmp_path / "glue_aurora" / "rds" / "a.py"
    file.parent.mkdir(parents=True)
    file.write_text(source)
    page = seams.with_tables(f"before\n{seams.BEGIN}\nold\n{seams.END}\nafter\n", tmp_path)
    assert row in page
    assert page.startswith(f"before\n{seams.BEGIN}\n| Room |") and page.endswith(f"|\n{seams.END}\nafter\n")
    assert "old" not in page


def test_every_seam_has_files() -> None:
    page = seams.PAGE.read_text(encoding="utf-8")
    assert [line for line in page.splitlines() if line.endswith("| 0 |  |")] == []
