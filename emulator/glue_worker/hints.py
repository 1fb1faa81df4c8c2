"""Adds to the error of a script what its user can do, where the error shows a difference to Glue or to a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable

from glue_worker import machine, packages
from glue_worker.config import Config


def with_hint(message: str, config: Config) -> str:
    """Returns `message`, followed by a hint in parentheses where one is known."""
    for pattern, hint in _HINTS:
        if (found := re.search(pattern, message, flags=re.MULTILINE)) and (text := hint(found, config)):
            return f"{message} ({text})"
    return message


def _debugger(found: re.Match[str], config: Config) -> str:
    remedy = f"`{config.debug_command}` runs the job in yours" if config.debug_command else "remove the call"
    return remedy if found[0].startswith("NoTerminal") else f"a run has no terminal to read from: {remedy}"


def _module(found: re.Match[str], config: Config) -> str:
    module = found[1].partition(".")[0]
    if package := packages.of_glue(module):
        remedy = f": `{config.packages_command}` installs it" if config.packages_command else ""
        return f"Glue 5.1 has {package}, and this worker does not have it{remedy}"
    bring = "Ship its wheel through S3 in --additional-python-modules"
    if package := packages.lost_since_glue_4(module):
        return f"Glue 4.0 had {package}, and Glue 5.1 does not have it. {bring}"
    return f"Glue 5.1 does not have it either. {bring}, or name your own file in --extra-py-files"


def _glue_classes(found: re.Match[str], config: Config) -> str:
    return (
        "GlueContext, DynamicFrame and awsglue's Job need Java classes that only AWS's own Glue image has, and this "
        "worker runs Apache Spark. The runtime in Docker has them: set RUNTIME=docker. Or use SparkSession, which "
        "needs none of them. emulator/LIMITS.md says more"
    )


def _of_this_machine(found: re.Match[str], config: Config) -> str:
    name = found[1]
    if config.laptop is None or not machine.has(name):
        return ""
    if "/" in name:
        return "this machine has it, and Glue does not: put it into S3, and name it in --extra-files"
    return "this machine has the program, and nothing says that Glue has it: use a Python package in its place"


def _folder(found: re.Match[str], config: Config) -> str:
    return (
        "" if config.laptop is None else "on Glue a script may write to /tmp and to its working folder, not elsewhere"
    )


_HINTS: tuple[tuple[str, Callable[[re.Match[str], Config], str]], ...] = (
    (r"^FileNotFoundError: \[Errno 2\] No such file or directory: '([^']+)'", _of_this_machine),
    (r"^PermissionError: \[Errno 13\] Permission denied: '/", _folder),
    (r"'JavaPackage' object is not callable \(in awsglue/", _glue_classes),
    (r"^(?:BdbQuit|NoTerminalError: breakpoint\(\) needs)|^EOFError: EOF when reading a line", _debugger),
    (r"ModuleNotFoundError: No module named '([\w.]+)'", _module),
    (r"ImportError: Missing optional dependency '([\w.]+)'", _module),
    (r"ImportError: ([\w.]+) is required for plotting", _module),
    (r"^ImportError: Install (\w+) to access", _module),
)
