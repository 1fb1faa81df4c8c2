"""When a venv is made anew, and when it is only brought up to date. uv is a stand-in: the real one would fetch."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.base.errors import SetupError
from scripts.doctor import space
from scripts.supply import venvs

pytestmark = pytest.mark.unit


class Uv:
    """Writes down each call of uv. It fails at those calls whose first word is in `broken`."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, ...]] = []
        self.broken: set[str] = set()

    def __call__(self, *arguments: str) -> None:
        self.calls.append(arguments)
        if arguments[0] in self.broken:
            raise SetupError("No space left on device", "")
        if arguments[0] == "venv":
            (Path(arguments[-1]) / "bin").mkdir(parents=True, exist_ok=True)
            (Path(arguments[-1]) / "bin" / "python").touch()

    def made(self) -> list[str]:
        """`--clear` or `--allow-existing` of each venv."""
        return [
            each for call in self.calls if call[0] == "venv" for each in call if each in ("--clear", "--allow-existing")
        ]


@pytest.fixture
def uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Uv:
    found = Uv()
    monkeypatch.setattr(venvs, "_uv", found)
    monkeypatch.setattr(venvs, "VENVS", tmp_path / "venv")
    monkeypatch.setattr(venvs, "REQUIREMENTS", tmp_path)
    monkeypatch.setattr(space, "lack", lambda *_, **__: "")
    (tmp_path / "a.txt").write_text("a==1\n")
    return found


def test_whole_venv_is_left_alone_and_then_brought_up_to_date(uv: Uv, tmp_path: Path) -> None:
    venvs.ensure("a", "a")
    venvs.ensure("a", "a")
    assert uv.made() == ["--clear"]
    (tmp_path / "a.txt").write_text("a==2\n")
    venvs.ensure("a", "a")
    assert uv.made() == ["--clear", "--allow-existing"]


def test_venv_whose_python_has_vanished_is_made_anew(uv: Uv) -> None:
    python = venvs.ensure("a", "a")
    python.unlink()
    assert venvs.ensure("a", "a").exists()
    assert uv.made() == ["--clear", "--clear"]


def test_venv_whose_making_broke_off_is_not_trusted(uv: Uv, tmp_path: Path) -> None:
    """uv takes a package for whole that it copied in part, so neither its venv nor an update of one is continued."""
    venvs.ensure("a", "a")
    (tmp_path / "a.txt").write_text("a==2\n")
    uv.broken.add("pip")
    with pytest.raises(SetupError):
        venvs.ensure("a", "a")
    uv.broken.clear()
    venvs.ensure("a", "a")
    assert uv.made() == ["--clear", "--allow-existing", "--clear"]


def test_nothing_is_made_on_a_full_disk(uv: Uv, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space, "lack", lambda *_, **__: "the disk has 0.1 GB free")
    with pytest.raises(SetupError, match=r"0\.1 GB free"):
        venvs.ensure("a", "a")
    assert not uv.calls
