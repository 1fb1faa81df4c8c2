"""What make shows, and what it does to a value before a command sees it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from scripts.base.paths import TOP

pytestmark = pytest.mark.unit
MAKEFILE = (TOP / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize("value", ["--x a$b", "$(shell echo hi) $$HOME ${HOME}", 'a "b" # c'])
def test_make_hands_a_value_over_as_it_was_typed(value: str, tmp_path: Path) -> None:
    makefile = tmp_path / "Makefile"
    makefile.write_text("include Makefile\nprint: ; @printenv ARGS\n")
    command = ["make", "-s", "-f", str(makefile), "print", f"ARGS={value}"]
    typed = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=True)
    assert typed.stdout == value + "\n"


def shown(*target: str) -> list[str]:
    """The targets that a help lists."""
    text = subprocess.run(["make", "-s", *target], cwd=TOP, capture_output=True, text=True, check=True).stdout
    return re.findall(r"^  make ([a-z0-9-]+) +\S", text, re.MULTILINE)


def test_help_has_two_levels() -> None:
    described = re.findall(r"^([a-z0-9-]+):.*## ", MAKEFILE, re.MULTILINE)
    (listed,) = re.findall(r"^EVERYDAY := (.+)$", MAKEFILE, re.MULTILINE)
    assert shown("help-all") == described
    assert shown() == shown("help") == [name for name in described if name in listed.split()]
    assert 8 <= len(shown("help")) <= 16


def test_every_target_is_phony_and_described() -> None:
    phony = {name for names in re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE) for name in names.split()}
    assert phony == set(re.findall(r"^([a-z0-9-]+):.*## ", MAKEFILE, re.MULTILINE))
