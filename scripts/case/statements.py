"""SQL files as the statements they hold."""

from __future__ import annotations

import re
from dataclasses import dataclass

import sqlparse


@dataclass(frozen=True)
class Statement:
    """One statement without comments; ``name`` is what ``-- name: …`` above it says, or empty."""

    sql: str
    name: str = ""


def statements(text: str) -> list[Statement]:
    """The statements of ``text`` in order: the Data API takes one a call."""
    found = []
    for part in sqlparse.split(text):
        # Without comments: the Data API looks for :parameters, and who knows whether in comments too.
        sql = sqlparse.format(part, strip_comments=True).strip().rstrip(";").strip()
        if sql:
            name = re.search(r"^--\s*name:\s*(\S+)", part, re.M)
            found.append(Statement(sql, name.group(1) if name else ""))
    return found
