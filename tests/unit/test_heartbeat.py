"""What the commands and the layers say while something lasts."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from scripts.base.heartbeat import Heartbeat, Voice
from scripts.base.paths import TOP

pytestmark = pytest.mark.unit


def test_silence_is_broken_by_what_is_under_way() -> None:
    said: list[str] = []
    twice = threading.Event()

    def say(line: str) -> None:
        said.append(line)
        if len(said) == 2:
            twice.set()

    with Heartbeat("waiting", say, Voice(), quiet=0.01):
        assert twice.wait(30)
    assert all("waiting" in line for line in said)


def test_nothing_is_said_while_others_speak_or_after_the_end() -> None:
    said: list[str] = []
    voice = Voice()
    with Heartbeat("waiting", said.append, voice, quiet=3600):
        voice.note()
    voice.spinning = 1
    beaten = threading.Event()
    with Heartbeat(lambda: beaten.set() or "never", said.append, voice, quiet=0.01):  # type: ignore[func-returns-value]
        assert not beaten.wait(0.1)
    assert said == []


INTERRUPTED = """
import signal
from scripts.base.heartbeat import Heartbeat, Voice

class Interrupt(Exception): pass

def interrupt(number, frame):
    raise Interrupt

signal.signal(signal.SIGALRM, interrupt)
voice = Voice()
with Heartbeat("waiting", lambda line: None, voice, quiet=0.001):
    for _ in range(3000):
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.00005)
            while True:
                voice.note()
        except Interrupt:
            pass
print("ended")
"""


def test_an_interrupt_amid_a_word_leaves_the_heartbeat_free() -> None:
    """Ctrl-C raises KeyboardInterrupt wherever the main thread is.

    Not measured: coverage has a lock of its own around what it writes down, which such an interrupt leaves taken.
    """
    command = [sys.executable, "-c", INTERRUPTED]
    plain = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_PROCESS")}
    done = subprocess.run(command, cwd=TOP, env=plain, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "ended\n"


SLOW = """
import pathlib, pytest
def test_slow():
    assert pathlib.Path("go").read_text() == ""
"""


def test_pytest_names_the_file_that_begins_and_the_test_that_lasts(tmp_path: Path) -> None:
    """The test waits at a pipe until its runner has said that it lasts."""

    (tmp_path / "test_of_a_user.py").write_text(SLOW)
    os.mkfifo(tmp_path / "go")
    command = [sys.executable, "-m", "pytest", "-p", "scripts.checks.progress", "-p", "no:cacheprovider", "-q"]
    with subprocess.Popen(
        [*command, "--rootdir", ".", "test_of_a_user.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(TOP)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        said, freed = "", False
        for line in process.stdout:
            said += line
            if "test_slow for" in line and not freed:
                freed = True
                (tmp_path / "go").write_text("")
    assert process.returncode == 0, said
    assert said.index("test_of_a_user.py begins") < said.index("test_slow for")
