"""`make dev` in the environment of test_starting.py: a save runs the job, and the changed row is shown."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest

from tests.kit.make import watched_make
from tests.kit.sources import data_set, source
from tests.kit.user import User

pytestmark = pytest.mark.e2e


def test_saved_file_runs_the_job_and_shows_the_row_that_changed(user: User, tmp_path: Path) -> None:
    folder = data_set(tmp_path / "watched")
    said: list[str] = []

    def save_then_interrupt(line: str, group: int) -> None:
        said.append(line)
        if not line.startswith("watching "):
            return
        if len(said) > 1 and any(each.startswith("saved: ") for each in said):
            os.killpg(group, signal.SIGINT)
        else:
            (folder / ".notas.csv.swp").write_text("an editor's own")
            (folder / "notas.csv").write_text(source("notas", "1,Artes,8.25", "1,Física,7"), encoding="utf-8")

    _, told = watched_make("dev", environment={**user.environment(), "DATA": str(folder)}, on_line=save_then_interrupt)
    assert re.findall(r"^saved: .*/(watched/.*)$", told, re.M) == ["watched/notas.csv"], told
    assert "kept 2, " in told and "SUCCEEDED" in told
    rows = [line for line in told.splitlines() if "Artes" in line]
    assert len(rows) == 1 and re.search(r"[~+] .* Artes .*nota 8\.25", rows[0]), told
    assert "no longer watching" in told
