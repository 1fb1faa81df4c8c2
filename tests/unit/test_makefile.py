"""What make does to a value before a command sees it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scripts.base.paths import TOP

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("value", ["--x a$b", "$(shell echo hi) $$HOME ${HOME}", 'a "b" # c'])
def test_make_hands_a_value_over_as_it_was_typed(value: str, tmp_path: Path) -> None:
    makefile = tmp_path / "Makefile"
    makefile.write_text("include Makefile\nprint: ; @printenv ARGS\n")
    command = ["make", "-s", "-f", str(makefile), "print", f"ARGS={value}"]
    typed = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=True)
    assert typed.stdout == value + "\n"
