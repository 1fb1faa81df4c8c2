"""Fails each unit test that starts Terraform, Java, Docker or a PostgreSQL server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

REFUSED = ("terraform", "java", "spark-submit", "docker", "postgres")


@pytest.fixture(scope="session")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file in which stand-ins for the refused programs, first on PATH, record their calls."""
    folder = tmp_path_factory.mktemp("refused")
    calls = folder / "calls"
    for name in REFUSED:
        program = folder / name
        text = f'#!/bin/sh\necho "{name} $*" >>"{calls}"\necho "unit tests run without {name}" >&2\nexit 70\n'
        program.write_text(text)
        program.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        yield calls


@pytest.fixture(autouse=True)
def starts_no_refused_program(refusals: Path) -> Iterator[None]:
    refusals.unlink(missing_ok=True)
    yield
    started = refusals.read_text().splitlines() if refusals.exists() else []
    assert started == [], "a test that starts one of these belongs in another layer"
