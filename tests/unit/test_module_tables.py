"""Tables in the READMEs of the Terraform modules, and the variables in them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.base import hcl
from scripts.base.paths import TERRAFORM, relative
from scripts.terraform import module_tables

pytestmark = pytest.mark.unit
MODULES = [TERRAFORM, *sorted((TERRAFORM / "modules").iterdir())]


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


@pytest.mark.parametrize("module", MODULES, ids=lambda each: each.name)
def test_every_variable_is_used(module: Path) -> None:
    """tflint says the same where it is installed. A variable that reaches nothing looks like a setting and is none."""
    declared = [name for name, _ in hcl.blocks(hcl.load(module / "variables.tf"), "variable")]
    text = "".join(path.read_text(encoding="utf-8") for path in module.glob("*.tf") if path.name != "variables.tf")
    unused = [name for name in declared if not re.search(rf"\bvar\.{name}\b", text)]
    assert not unused, f"{relative(module)} declares variables that it does not use: {', '.join(unused)}"
