"""A later run with the same wheels gets what pip made for an earlier one, and nothing else does."""

from __future__ import annotations

from pathlib import Path

import pytest
from glue_worker.installed_modules import KEPT, InstalledModules

pytestmark = pytest.mark.unit
COMMAND = ("python", "pip", "--target", "/run/1/modules", "/run/1/wheels/driver-1.0-py3-none-any.whl")


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    folder = tmp_path / "wheels"
    folder.mkdir()
    (folder / "driver-1.0-py3-none-any.whl").write_bytes(b"one")
    return folder


@pytest.fixture
def earlier(tmp_path: Path) -> InstalledModules:
    return InstalledModules(tmp_path / "earlier")


def modules(folder: Path) -> Path:
    (folder / "driver").mkdir(parents=True)
    (folder / "driver" / "__init__.py").write_text("version = 1")
    return folder


def test_the_next_run_gets_a_copy_that_it_may_change(earlier: InstalledModules, tmp_path: Path) -> None:
    earlier.keep("key", modules(tmp_path / "first"))
    for name in ("second", "third"):
        assert earlier.copy("key", tmp_path / name)
        module = tmp_path / name / "driver" / "__init__.py"
        assert module.read_text() == "version = 1"
        module.write_text("version = 2")


def test_other_modules_are_not_there(earlier: InstalledModules, tmp_path: Path) -> None:
    earlier.keep("key", modules(tmp_path / "first"))
    assert not earlier.copy("other", tmp_path / "second")
    assert not (tmp_path / "second").exists()


def test_the_folders_of_a_run_do_not_count(wheels: Path) -> None:
    other = [each.replace("/run/1/", "/run/2/") for each in COMMAND]
    assert InstalledModules.key(COMMAND, wheels) == InstalledModules.key(other, wheels)


def test_a_wheel_of_the_same_name_with_other_content_counts(wheels: Path) -> None:
    before = InstalledModules.key(COMMAND, wheels)
    (wheels / "driver-1.0-py3-none-any.whl").write_bytes(b"two")
    assert InstalledModules.key(COMMAND, wheels) != before


def test_one_more_wheel_or_option_counts(wheels: Path) -> None:
    before = InstalledModules.key(COMMAND, wheels)
    assert InstalledModules.key([*COMMAND, "--upgrade"], wheels) != before
    (wheels / "more-1.0-py3-none-any.whl").write_bytes(b"one")
    assert InstalledModules.key(COMMAND, wheels) != before


def test_only_the_last_few_stay(earlier: InstalledModules, tmp_path: Path) -> None:
    source = modules(tmp_path / "first")
    for number in range(KEPT + 3):
        earlier.keep(f"key-{number}", source)
    assert len(list(earlier.folder.iterdir())) == KEPT


def test_a_folder_that_can_t_be_written_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    earlier = InstalledModules(tmp_path / "file" / "earlier")
    earlier.keep("key", modules(tmp_path / "first"))
    assert not earlier.copy("key", tmp_path / "second")
