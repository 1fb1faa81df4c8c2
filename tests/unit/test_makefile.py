"""What make shows, and what it does to a value before a command sees it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from scripts.base.paths import TOP
from scripts.doctor import settings

pytestmark = pytest.mark.unit
OF_OTHERS = (
    "AWS_",
    "MAKEFLAGS",
    "COVERAGE_",
    "EMULATOR_",
    "GLUE_",
    "HOME",
    "JAVA_",
    "PATH",
    "PIP_",
    "SSL_",
    "TF_",
    "TMPDIR",
    "UV_",
    "XDG_",
)
MAKEFILE = (TOP / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize("value", ["--x a$b", "$(shell echo hi) $$HOME ${HOME}", 'a "b" # c'])
def test_make_hands_a_value_over_as_it_was_typed(value: str, tmp_path: Path) -> None:
    makefile = tmp_path / "Makefile"
    makefile.write_text("include Makefile\nprint: ; @printenv ARGS\n")
    command = ["make", "-s", "-f", str(makefile), "print", f"ARGS={value}"]
    typed = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=True)
    assert typed.stdout == value + "\n"


@pytest.mark.parametrize(("typed", "meant"), [("FRSH", "FRESH"), ("fresh", "FRESH"), ("LIMITS", "LIMIT")])
def test_mistyped_variable_stops_the_command(typed: str, meant: str) -> None:
    command = ["make", "rows", f"{typed}=1", "SQL=select 'a=b'"]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True)
    assert done.returncode != 0
    assert f"no command reads the variable {typed}\n  -> write {meant}=…" in done.stderr


def test_every_variable_that_a_command_reads_is_known() -> None:
    """An unknown one would count as mistyped where it resembles a known one."""
    sources = [path for folder in ("scripts", "bench") for path in (TOP / folder).rglob("*.py")]
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    read = set(re.findall(r"""(?:envvar=|environ\.get\()"([A-Z_]+)\"""", text))
    known = {*settings.PORTS, *settings.DEFAULTS, *settings.OPTIONS, *settings.OTHERS}
    assert len(read & known) > 30
    assert {name for name in read - known if not name.startswith(OF_OTHERS)} == set()


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
