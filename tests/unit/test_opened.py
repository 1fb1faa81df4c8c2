"""Which ports and runtime `make local-up` and `make restore` use, and that only one of them is at work at a time."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scripts.base.errors import CommandError
from scripts.environment import lifecycle, runtime
from scripts.environment.instance import DEFAULT_PORTS, Instance, Ports

pytestmark = pytest.mark.unit


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Instance:
    """A stopped environment on ports of its own. Nothing is set up."""
    for name in ("RUNTIME", *DEFAULT_PORTS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(lifecycle, "setup", lambda name: None)
    return Instance.open(tmp_path / "env", Ports.free())


def asked(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> Ports:
    """Names other ports, as the user does who finds one taken."""
    other = Ports.free()
    for name, number in other.by_variable().items():
        monkeypatch.setenv(name, str(number))
    return other


def test_stopped_environment_keeps_its_ports(instance: Instance) -> None:
    assert lifecycle.opened(instance.folder) == instance


def test_stopped_environment_gets_other_ports(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    other = asked(instance, monkeypatch)
    assert lifecycle.opened(instance.folder) == replace(instance, ports=other)
    assert Instance.load(instance.folder) == replace(instance, ports=other)


def test_running_environment_refuses_other_ports(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = runtime.of(instance)
    monkeypatch.setattr(runs, "idle", lambda _: ["worker"])  # two of three parts run
    assert lifecycle.opened(instance.folder) == instance
    asked(instance, monkeypatch)
    with pytest.raises(CommandError, match="runs on other ports"):
        lifecycle.opened(instance.folder)


def test_one_command_waits_for_another(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    order: list[Any] = []

    def other() -> None:
        with lifecycle.alone(tmp_path / "env"):
            order.append("second")

    with lifecycle.alone(tmp_path / "env"):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(0.5)
        order.append("first")
    thread.join(30)
    assert order == ["first", "second"]
    assert "waiting for another command" in capsys.readouterr().out
