"""The Dev Container has what the README asks for, and only calls make."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from scripts.base.paths import TOP

pytestmark = pytest.mark.unit
FOLDER = TOP / ".devcontainer"
DOCKERFILE = (FOLDER / "Dockerfile").read_text(encoding="utf-8")


def settings() -> dict[str, Any]:
    """The file without its comments, which JSON does not have."""
    text = (FOLDER / "devcontainer.json").read_text(encoding="utf-8")
    return dict(json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)))


def test_every_command_is_a_target_of_make() -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (TOP / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    commands = {name: value for name, value in settings().items() if name.endswith("Command")}
    assert commands
    for command in commands.values():
        assert command.removeprefix("make ") in targets


def test_the_container_has_the_versions_of_the_workflows() -> None:
    workflow = (TOP / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    (terraform,) = set(re.findall(r"terraform_version: (\S+)", workflow))
    (python,) = set(re.findall(r'python-version: "([\d.]+)"', workflow))
    assert f"FROM hashicorp/terraform:{terraform} AS" in DOCKERFILE
    assert f"FROM python:{python}-" in DOCKERFILE


def test_the_user_of_the_container_is_made_by_its_image() -> None:
    assert re.search(rf"^RUN useradd .* {settings()['remoteUser']}$", DOCKERFILE, re.MULTILINE)
