"""`:name` in SQL, and what PostgreSQL takes in its place.

Quoted text, identifiers, comments and casts (`::`) are left alone. AWS's service does not leave dollar-quoted text
alone: it puts `$1` where `:name` stands in it, which silently changes what the statement means. Such a statement is
refused here. An array slice `a[1:2]` has a parameter called 2, there as here. Both were seen on Aurora PostgreSQL 17.9.
"""

import re
from dataclasses import dataclass

from glue_aurora.rds_data import faults

_TOKEN = re.compile(
    r"""
      (?P<escaped>\b[eE]'(?:[^'\\]|\\.|'')*')
    | (?P<quoted>'[^']*'|"[^"]*")
    | (?P<line>--[^\n]*)
    | (?P<block>/\*)
    | (?P<dollar>(?<![\w$])\$(?P<tag>[A-Za-z_]\w*)?\$.*?\$(?(tag)(?P=tag))\$)
    | (?P<positional>(?<![\w$])\$\d+)
    | (?P<cast>::)
    | :(?P<name>[A-Za-z0-9_]+)
    """,
    re.VERBOSE | re.DOTALL,
)
_NAME = re.compile(r"[A-Za-z0-9_]+", re.ASCII)
_IN_DOLLAR_QUOTES = re.compile(r"(?<!:):([A-Za-z0-9_]+)")


@dataclass(frozen=True)
class Statement:
    """SQL with `$1`, `$2` … in place of the parameters, and their names in that order."""

    sql: str
    names: tuple[str, ...]


def parse(sql: str) -> Statement:
    """Returns the statement as PostgreSQL takes it.

    Raises:
        ApiError: ValidationException.
    """
    names: list[str] = []
    parts: list[str] = []
    position = 0
    while token := _TOKEN.search(sql, position):
        end = token.end()
        text = token.group()
        kind = token.lastgroup
        if token.group("block"):
            end = _end_of_comment(sql, token.start())
            text = sql[token.start() : end]
        elif token.group("dollar"):
            inside = _IN_DOLLAR_QUOTES.search(text)
            if inside:
                raise faults.validation(
                    f"{inside.group()} is in dollar-quoted text, but the Data API reads it as a parameter. "
                    "Put a space after the colon, or use another quoting."
                )
        elif token.group("positional"):
            raise faults.parameter_name(text)
        elif kind == "name":
            name = token.group("name")
            if name not in names:
                names.append(name)
            text = f"${names.index(name) + 1}"
        parts += [sql[position : token.start()], text]
        position = end
    return Statement("".join([*parts, sql[position:]]), tuple(names))


def check_name(name: str) -> None:
    """Checks the name of a parameter.

    Raises:
        ApiError: ValidationException.
    """
    if not _NAME.fullmatch(name):
        raise faults.parameter_name(name)


def _end_of_comment(sql: str, start: int) -> int:
    """Returns where the comment ends that begins at `start`. PostgreSQL's comments nest."""
    depth = 0
    for mark in re.finditer(r"/\*|\*/", sql[start:]):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return start + mark.end()
    return len(sql)
