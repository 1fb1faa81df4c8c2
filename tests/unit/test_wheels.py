"""When the job's wheels are fetched."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scripts.supply import venvs, wheels

pytestmark = pytest.mark.unit


def test_wheel_that_is_gone_or_damaged_is_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stamp alone said that nothing was to do, and Terraform found no wheel."""
    (tmp_path / "glue-wheels.txt").write_text(f"a==1 --hash=sha256:{hashlib.sha256(b'a wheel').hexdigest()}\n")
    monkeypatch.setattr(wheels, "REQUIREMENTS", tmp_path)
    monkeypatch.setattr(venvs, "python", lambda name: Path("python"))
    fetched: list[str] = []

    def pip(command: list[str], **options: Any) -> Any:
        place = Path(command[command.index("-d") + 1])
        (place / "a-1.whl").write_text("a wheel")
        fetched.append("a-1.whl")
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(subprocess, "run", pip)
    wheel = tmp_path / "wheels" / "a-1.whl"
    for prepare, times in ((lambda: None, 1), (lambda: None, 1), (wheel.unlink, 2), (lambda: wheel.write_text("x"), 3)):
        prepare()
        wheels._download(wheel.parent, [])
        assert (wheel.read_text(), len(fetched)) == ("a wheel", times)
