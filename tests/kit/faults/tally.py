"""Counts the faults that struck a run: a layer that skips all faults must not look like one that survived them."""

from __future__ import annotations

import pytest

STRUCK = "struck"
# On a loaded machine a phase sometimes ends before the fault strikes: 3 of 100 did on 2026-11-24.
LARGEST_MISSED_SHARE = 0.1


class Tally:
    """A pytest plugin. A test reports to it with `record_property(STRUCK, True)` or `False`."""

    def __init__(self) -> None:
        self._struck: list[bool] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            self._struck += [bool(value) for name, value in report.user_properties if name == STRUCK]

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._complaint() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if complaint := self._complaint():
            terminalreporter.section("faults", red=True)
            terminalreporter.line(complaint, red=True)

    def _complaint(self) -> str:
        total, missed = len(self._struck), self._struck.count(False)
        if missed == total > 0:
            return f"None of {total} faults struck a run, so the layer showed nothing. Run it on an idle machine."
        if missed > max(1, total * LARGEST_MISSED_SHARE):
            return f"{missed} of {total} faults did not strike a run. Run the layer again on an idle machine."
        return ""
