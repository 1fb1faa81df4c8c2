"""Splits SQL files into their statements."""

from __future__ import annotations

import re
from dataclasses import dataclass

import sqlparse
from sqlparse.exceptions import SQLParseError

from scripts.base.errors import CommandError


@dataclass(frozen=True)
class Statement:
    """One statement without comments. `name` and `title` come from the lines `-- name: …` and `-- title: …` above it.

    They are empty where there is no such line.
    """

    sql: str
    name: str = ""
    title: str = ""


def statements(text: str) -> list[Statement]:
    """Returns the statements of `text` in order. The Data API takes one in each call.

    Raises:
        CommandError: sqlparse does not take so many words, or so many parentheses in each other.
    """
    try:
        return _split(text)
    except SQLParseError as error:
        raise CommandError(
            f"the SQL can't be split into statements: {error}",
            "write it shorter, or with fewer parentheses in each other. Locally, psql with the variables of `make env` "
            "runs it as it is",
        ) from None


def _split(text: str) -> list[Statement]:
    found = []
    for part in sqlparse.split(text):
        # Without comments: AWS does not say whether the Data API looks for :parameters in comments too.
        sql = sqlparse.format(part, strip_comments=True).strip().rstrip(";").strip()
        if sql:
            name = re.search(r"^--\s*name:\s*(\S+)", part, re.M)
            title = re.search(r"^--\s*title:[ \t]*(.*\S)", part, re.M)
            found.append(Statement(sql, name.group(1) if name else "", title.group(1) if title else ""))
    return found
