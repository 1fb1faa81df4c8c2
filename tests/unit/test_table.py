"""`glue_scripts/table.py` against what can't be derived from it; each failure names the file and the column."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

from glue_scripts import table
from scripts.base.paths import TOP

pytestmark = pytest.mark.unit
GLUE_SCRIPTS = TOP / "glue_scripts"


def imported(module: str) -> set[str]:
    """The first names of what a module of the job imports."""
    found = set()
    for node in ast.walk(ast.parse((GLUE_SCRIPTS / f"{module}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


def test_table_imports_the_standard_library_only() -> None:
    assert imported("table") <= sys.stdlib_module_names


def test_executors_import_no_boto3() -> None:
    """An executor imports `copying`, and with it these three."""
    own = {path.stem for path in GLUE_SCRIPTS.glob("*.py")}
    reached, waiting = set(), {"copying"}
    while waiting:
        reached |= waiting
        waiting = {name for module in waiting for name in imported(module) & own} - reached
    assert reached == {"copying", "common", "database", "table"}
    assert not {"boto3", "botocore", "awsglue"} & {name for module in reached for name in imported(module)}


def test_create_tables_has_every_column_as_it_is_declared() -> None:
    sql = (TOP / "sql" / "01_create_tables.sql").read_text(encoding="utf-8")
    found = {
        name: (re.sub(r",\s+", ",", kind.strip()).lower(), not required)
        for name, kind, required in re.findall(r"^    (\w+) +([A-Z]+(?:\([^)]*\))?) *(NOT NULL)?,?$", sql, re.M)
    }
    declared = {each.name: (each.postgres, each.nullable) for each in table.COLUMNS}
    for name in declared.keys() | found.keys():
        told = (
            f"column {name}: glue_scripts/table.py has {declared.get(name)}, sql/01_create_tables.sql {found.get(name)}"
        )
        assert declared.get(name) == found.get(name), told
    assert f"PRIMARY KEY ({', '.join(table.KEY)})" in sql
    assert f"CREATE TABLE IF NOT EXISTS {table.NAME} (" in sql


@pytest.mark.parametrize("name", table.SETS)
def test_sample_file_has_every_source_column(name: str) -> None:
    path = Path("csv_exemplos") / f"{name}.csv"
    header = (TOP / path).read_text(encoding="utf-8").partition("\n")[0].strip().split(",")
    missing = [column for column in table.SOURCE_COLUMNS[name] if column not in header]
    assert not missing, f"{path} lacks the columns that glue_scripts/table.py names: {', '.join(missing)}"


def test_every_column_has_a_source() -> None:
    assert [each.name for each in table.COLUMNS if not each.sources or not set(each.sources) <= set(table.SETS)] == []
    assert set(table.KEY) <= {each.name for each in table.COLUMNS if not each.nullable}
