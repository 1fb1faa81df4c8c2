"""Commands of `python -m scripts`, run in the test's own process: a new one spends a second on its imports."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO

import pytest

from scripts.__main__ import main


@dataclass(frozen=True)
class Ended:
    """What a command left: its exit code and its output."""

    returncode: int
    stdout: str
    stderr: str


def command(*arguments: str, **variables: str) -> Ended:
    """Runs `python -m scripts ARGUMENTS` with `variables` added to the environment.

    It restores the environment and the signal handlers afterwards. An error that the command does not turn into a
    message reaches the test.
    """
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    before = dict(os.environ)
    stdout, stderr = StringIO(), StringIO()
    with ExitStack() as stack:
        stack.enter_context(redirect_stdout(stdout))
        stack.enter_context(redirect_stderr(stderr))
        stack.enter_context(pytest.MonkeyPatch.context()).setattr(sys, "argv", ["scripts", *arguments])
        os.environ.update(variables)
        try:
            main()
            code = 0
        except SystemExit as ended:
            assert isinstance(ended.code, int)
            code = ended.code
        finally:
            os.environ.clear()
            os.environ.update(before)
            for number, handler in handlers.items():
                signal.signal(number, handler)
    return Ended(code, stdout.getvalue(), stderr.getvalue())
