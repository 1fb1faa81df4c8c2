"""The recording in the READMEs shows what the commands print for the samples of today."""

from __future__ import annotations

import html
import json
import re

import pytest

from scripts.base.paths import TOP
from scripts.case import failures
from scripts.case.analyses import computed
from scripts.case.failures import Typed
from tests.kit.expected import expected

pytestmark = pytest.mark.unit
CAST = TOP / "docs" / "images" / "run.cast"
SVG = CAST.with_suffix(".svg")
SAMPLES = expected(TOP / "csv_exemplos")


def said() -> str:
    """What the terminal showed, without colours."""
    events = [json.loads(line) for line in CAST.read_text(encoding="utf-8").splitlines()[1:]]
    return re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "", "".join(text for _, kind, text in events if kind == "o"))


def test_the_commands_are_targets_and_the_analysis_is_one() -> None:
    makefile = (TOP / "Makefile").read_text(encoding="utf-8")
    commands = re.findall(r"^\$ make (\S+) (.+?)\r?$", said(), re.MULTILINE)
    assert [target for target, _ in commands] == ["run", "query", "rejects"]
    assert all(
        re.search(rf"^{target}:.*{variable.partition('=')[0]}=", makefile, re.M) for target, variable in commands
    )


def test_counts_and_analysis_are_those_of_the_samples() -> None:
    kept = len(SAMPLES.rows)
    assert f"kept {kept}, superseded {SAMPLES.superseded}, rejected {SAMPLES.rejected}, inserted {kept}, " in said()
    assert f"rows in the table: {kept}, of this run: {kept}, others: none" in said()
    rows = [tuple(cell.strip() for cell in line.strip("│").split("│")) for line in re.findall(r"^│.+│", said(), re.M)]
    assert sorted(rows) == sorted(tuple(map(str, row)) for row in computed(SAMPLES.rows)["desempenho_por_rede"])


def test_rejected_lines_stand_in_the_samples_and_have_todays_remedy() -> None:
    shown = re.findall(r"^  (notas\.csv):(\d+)  (.+?)\r?$", said(), re.MULTILINE)
    assert shown
    for name, number, line in shown:
        assert (TOP / "csv_exemplos" / name).read_text(encoding="utf-8").splitlines()[int(number) - 1] == line
    assert failures.hint("unknown_escola", Typed()) in said()


def test_the_picture_is_of_the_recording_and_names_no_machine() -> None:
    drawn = html.unescape(re.sub(r"<[^>]+>", "\n", SVG.read_text(encoding="utf-8"))).replace("\u00a0", " ")
    for line in re.findall(r"^(?:\$ make|kept|rows in|unknown_escola:).+?(?=\r?$)", said(), re.MULTILINE):
        assert line in drawn, line
    assert not re.search(r"/(?:tmp|home|root)/", said())
