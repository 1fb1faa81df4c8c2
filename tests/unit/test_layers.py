"""What a session of tests leaves when it is killed is removed after the layer, and that of a living one stays."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.checks import layers
from scripts.environment.instance import Instance, Ports

pytestmark = pytest.mark.unit


def test_environments_of_ended_sessions_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "LOCAL", tmp_path)
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    for number in (ended.pid, os.getpid()):
        Instance.open(tmp_path / f"test-emulator-{number}", Ports.free())
    (tmp_path / f"test-logs-{ended.pid}").mkdir()  # no environment
    layers._remove_left()
    stayed = {path.name for path in tmp_path.iterdir()}
    assert stayed == {f"test-emulator-{os.getpid()}", f"test-logs-{ended.pid}"}
