"""A corrected service stands in four places. LocalStack would silently use its own where one of them lacks it."""

from __future__ import annotations

import re
import tomllib

import pytest

from scripts.base.paths import TOP

pytestmark = pytest.mark.unit
FOLDER = TOP / "emulator" / "glue_aurora" / "corrections"
FOLDERS = {path.parent.name for path in FOLDER.glob("*/provider.py")}


def test_each_folder_is_a_package() -> None:
    """import-linter does not see a folder without `__init__.py`."""
    assert len(FOLDERS) > 10
    assert {path.parent.name for path in FOLDER.glob("*/*.py")} == {
        path.parent.name for path in FOLDER.glob("*/__init__.py")
    }


def test_the_lists_name_the_same_services() -> None:
    plugins = (FOLDER.parent / "plugins.py").read_text(encoding="utf-8")
    project = tomllib.loads((TOP / "emulator" / "pyproject.toml").read_text(encoding="utf-8"))
    entries = project["project"]["entry-points"]["localstack.aws.provider"]
    chosen = (TOP / "docker" / "localstack" / "localstack.env").read_text(encoding="utf-8")
    assert set(re.findall(r'api="([^"]+)", name="corrected"', plugins)) == FOLDERS
    assert {name.partition(":")[0] for name in entries if name.endswith(":corrected")} == FOLDERS
    assert {name.lower() for name in re.findall(r"^PROVIDER_OVERRIDE_(\w+)=corrected$", chosen, re.M)} == FOLDERS
