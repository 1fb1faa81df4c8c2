"""Tells whether `sys.exit(0)` ended a script before its end. Then statements that follow did not run.

The agent copies this file into the run's folder, so it uses the standard library only.
"""

from __future__ import annotations

import ast
from pathlib import Path
from traceback import walk_tb
from types import TracebackType


def early_exit(traceback: TracebackType | None, folder: Path) -> str | None:
    """Returns the place of the exit as `line 3 of job.py`, or None when no statement of the script follows.

    Only code in `folder`, which has the script and its modules, counts. A library may end the script from anywhere.
    """
    frames = [
        (Path(frame.f_code.co_filename), frame.f_code.co_firstlineno, frame.f_code.co_name, line)
        for frame, line in walk_tb(traceback)
    ]
    own = [frame for frame in frames if folder in frame[0].parents and frame[0].parent.name != "pythonrunner"]
    if not own or all(_at_end(*frame) for frame in own):
        return None
    path, _, _, line = own[-1]
    return f"line {line} of {path.name}"


def _at_end(path: Path, first_line: int, name: str, line: int) -> bool:
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return True  # A module in an archive: its source is not at hand, and a wrong note is worse than none.
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            if first == first_line:
                return _last(node.body, line)
    return name != "<module>" or _last(tree.body, line)


def _last(body: list[ast.stmt], line: int) -> bool:
    """Returns whether `line` is in the last statement of `body`, and in the last one of each block in it."""
    last = body[-1]
    if not last.lineno <= line <= (last.end_lineno or last.lineno):
        return False
    if isinstance(last, ast.For | ast.AsyncFor | ast.While):
        return False
    for block in _blocks(last):
        if block and block[0].lineno <= line <= (block[-1].end_lineno or block[-1].lineno):
            return _last(block, line)
    return True


def _blocks(statement: ast.stmt) -> list[list[ast.stmt]]:
    if isinstance(statement, ast.If):
        return [statement.body, statement.orelse]
    if isinstance(statement, ast.With | ast.AsyncWith):
        return [statement.body]
    if isinstance(statement, ast.Try):
        handlers = [handler.body for handler in statement.handlers]
        return [statement.body, *handlers, statement.orelse, statement.finalbody]
    return []
