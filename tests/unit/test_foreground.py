"""A command that must not be cut off: its reader goes away, its terminal hangs up, its log can't be written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scripts.base.paths import TOP
from scripts.base.processes import run_foreground

pytestmark = pytest.mark.unit
# Says more than a pipe holds, and says so in a file when it comes to its end.
TALKS = "import sys\nfor n in range(20000): print('line', n, flush=True)\nopen(sys.argv[1], 'w').write('whole')"
# Says a line, waits at a FIFO, and comes to its end.
WAITS = "import sys\nprint('began', flush=True); open(sys.argv[2]).read(); open(sys.argv[1], 'w').write('whole')"
RUNNER = """
import os, sys
from scripts.base.console import show
from scripts.base.processes import run_foreground
with open(sys.argv[1], "a") as log:
    def keep(line):
        log.write(line)
        show(line)
    code = run_foreground([sys.executable, "-c", *sys.argv[2:]], os.environ, on_line=keep, patience=lambda: None)
sys.exit(code)
"""


@contextmanager
def runner(log: Path, *command: str | Path) -> Iterator[subprocess.Popen[str]]:
    """A process that runs `command` with patience, keeps its output in `log`, and shows it on a pipe."""
    arguments = [sys.executable, "-c", RUNNER, log, *command]
    with subprocess.Popen(arguments, cwd=TOP, stdout=subprocess.PIPE, text=True, process_group=0) as process:
        yield process


def test_reader_that_goes_away_ends_nothing(tmp_path: Path) -> None:
    with runner(tmp_path / "log", TALKS, tmp_path / "end") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "line 0\n"
        process.stdout.close()
        assert process.wait() == 0
    assert (tmp_path / "end").read_text() == "whole"
    assert (tmp_path / "log").read_text().splitlines()[-1] == "line 19999"


def test_terminal_that_hangs_up_ends_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "gate")
    with runner(tmp_path / "log", WAITS, tmp_path / "end", tmp_path / "gate") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "began\n"
        os.killpg(process.pid, signal.SIGHUP)
        process.stdout.close()
        (tmp_path / "gate").write_text("")
        assert process.wait() == 0
    assert (tmp_path / "end").read_text() == "whole"


def test_output_that_cannot_be_kept_is_an_error_only_after_the_end(tmp_path: Path) -> None:
    def full(line: str) -> None:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        run_foreground([sys.executable, "-c", TALKS, tmp_path / "end"], os.environ, on_line=full)
    assert (tmp_path / "end").read_text() == "whole"
