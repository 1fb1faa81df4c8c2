"""Layers of checks run beside each other, and each is told."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scripts.base.errors import CommandError
from scripts.checks.lanes import Lanes, count

# Ends well only if the other layer begins before this one ends.
MEETS = """
import pathlib, sys, time
folder, name = pathlib.Path(sys.argv[1]), sys.argv[2]
(folder / name).touch()
end = time.monotonic() + 20
while len(list(folder.iterdir())) < 2:
    if time.monotonic() > end:
        sys.exit(f"{name} is alone")
"""
FAILS = "import sys; print('why it failed'); sys.exit(sys.argv[1] == 'bad')"


def program(source: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-c", source, *arguments)


def test_two_layers_run_at_once(tmp_path: Path) -> None:
    met = tmp_path / "met"
    met.mkdir()
    ended = Lanes(["a", "b"], 2, tmp_path / "logs", program(MEETS, str(met))).run()
    assert sorted((each.layer, each.code) for each in ended) == [("a", 0), ("b", 0)]


def test_the_log_of_a_failed_layer_is_shown_and_the_rest_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = Lanes(["bad", "good"], 1, tmp_path, program(FAILS)).run()
    assert [(each.layer, each.code) for each in ended] == [("bad", 1), ("good", 0)]
    said = capsys.readouterr().out
    assert "bad FAILED" in said and said.count("why it failed") == 1
    assert (tmp_path / "good.log").read_text() == "why it failed\n"


@pytest.mark.parametrize("wanted", ["0", "two", "-1"])
def test_a_number_of_lanes_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, wanted: str) -> None:
    monkeypatch.setenv("LANES", wanted)
    with pytest.raises(CommandError, match="LANES"):
        count()
