"""Tables in the READMEs of the Terraform modules."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.base.paths import TERRAFORM
from scripts.terraform import module_tables

pytestmark = pytest.mark.unit


def test_readmes_are_in_step_with_the_modules() -> None:
    assert module_tables.check() == 0, "run `make format`"


def test_a_new_variable_makes_a_readme_stale_and_writing_keeps_the_prose(tmp_path: Path) -> None:
    readme = (TERRAFORM / "modules" / "1_networking" / "README.md").read_text(encoding="utf-8")
    for source in (TERRAFORM / "modules" / "1_networking").glob("*.tf"):
        (tmp_path / source.name).write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    assert module_tables.with_tables(readme, tmp_path) == readme
    with (tmp_path / "variables.tf").open("a", encoding="utf-8") as file:
        file.write(
            'variable "a_new_one" {\n  type = list(string)\n  description = "Either | or."\n  default = ["x"]\n}\n'
        )
    written = module_tables.with_tables(readme, tmp_path)
    assert '| `a_new_one` | Either \\| or. | `list(string)` | `["x"]` |\n' in written
    assert written.partition(module_tables.BEGIN)[0] == readme.partition(module_tables.BEGIN)[0]
    assert module_tables.with_tables(written, tmp_path) == written
