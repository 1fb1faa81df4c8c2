"""A pytest plugin that is never silent: a line for each file that begins, and for tests that last.

It needs pytest and the standard library only, because the job's layer runs in the worker's virtual environment.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress

import pytest

from scripts.base.heartbeat import Heartbeat, Voice


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # a session of pytest-xdist tells its events to the one that started it
        config.pluginmanager.register(_Progress(), "progress-of-files")


class _Progress:
    def __init__(self) -> None:
        self._stdout = os.dup(1)
        self._points = False  # whether pytest's points stand on the current line
        self._running: dict[str, float] = {}
        self._begun: set[str] = set()
        self._voice = Voice()
        self._heartbeat = Heartbeat(self._under_way, self._write, self._voice)

    def pytest_sessionstart(self) -> None:
        self._heartbeat.__enter__()

    def pytest_sessionfinish(self) -> None:
        self._running.clear()
        self._heartbeat.__exit__(None, None, None)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        file = nodeid.partition("::")[0]
        if file not in self._begun:
            self._begun.add(file)
            self._points = True  # pytest may have written the file's name
            self._write(f"{file} begins")
            self._voice.note()
        self._running[nodeid] = time.monotonic()

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self._running.pop(nodeid, None)
        self._voice.note()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._points |= report.when == "call" or not report.passed

    def _under_way(self) -> str:
        if not self._running:
            return "getting ready"
        now = time.monotonic()
        tests = [f"{name.partition('::')[2]} for {now - began:.0f} s" for name, began in self._running.copy().items()]
        return ", ".join(tests)

    def _write(self, line: str) -> None:
        """Writes a whole line. During a test pytest catches what its own reporter would write."""
        before, self._points = "\n" * self._points, False
        with suppress(OSError):  # its reader has gone
            os.write(self._stdout, f"{before}{line}\n".encode())
