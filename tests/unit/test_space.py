"""What the set-up says of a disk that is too small for it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scripts.base.errors import remedy_for
from scripts.doctor import space

pytestmark = pytest.mark.unit


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, float]:
    """The free bytes of each disk: `disk` holds the clone, and the cache unless a test moves it."""
    found: dict[str, float] = {"disk": 10 * space.GB}
    usage = type(shutil.disk_usage(tmp_path))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "disk" / "cache" / "uv"))
    monkeypatch.setattr(space, "_device", lambda path: path.relative_to(tmp_path).parts[0])
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(0, 0, int(found[path.relative_to(tmp_path).parts[0]])))
    for name in ("disk", "other"):
        (tmp_path / name).mkdir()
    return found


def test_disk_with_room_lacks_nothing(free: dict[str, float], tmp_path: Path) -> None:
    assert not space.lack(tmp_path / "disk")


def test_small_disk_is_named_with_what_it_has_and_what_is_needed(free: dict[str, float], tmp_path: Path) -> None:
    free["disk"] = 1.2 * space.GB
    assert space.lack(tmp_path / "disk") == f"{tmp_path}/disk has 1.2 GB free, and the set-up needs 2.9 GB there"


def test_packages_in_the_cache_need_no_room_again(free: dict[str, float], tmp_path: Path) -> None:
    free["disk"] = 1.2 * space.GB
    (tmp_path / "disk" / "cache" / "uv" / "sdists-v11" / "pypi" / "pyspark").mkdir(parents=True)
    assert not space.lack(tmp_path / "disk")


def test_cache_on_another_disk_is_judged_by_that_disk(
    free: dict[str, float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "other" / "uv"))
    free["other"] = 0.1 * space.GB
    assert space.lack(tmp_path / "disk").startswith(f"{tmp_path}/other/uv has 0.1 GB free")
    free |= {"other": 9 * space.GB, "disk": 1.2 * space.GB}
    assert "needs 1.5 GB there" in space.lack(tmp_path / "disk")


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ("cause: failed to copy a to b: No space left on device (os error 28)", "free some space"),
        ("failed to create /x: Permission denied (os error 13)", "give yourself the right"),
        ("failed to resolve the host", "check the network"),
    ],
)
def test_remedy_fits_what_the_program_said(said: str, remedy: str) -> None:
    assert remedy_for(said, "check the network").startswith(remedy)
