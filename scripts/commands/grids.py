"""Results of queries as tables: as wide as the terminal, and through a pipe as wide as their rows."""

from __future__ import annotations

from numbers import Number

from rich.console import Console
from rich.table import Table
from rich.text import Text

from scripts.base.console import out, printable
from scripts.case.data_api import Result

UNLIMITED = 100_000  # characters in a line; a reader of a pipe needs whole values


def show(result: Result, title: str = "", caption: str = "") -> None:
    """Prints the rows of a statement. A statement without columns has none to print, and says so."""
    if not result.columns:
        out.print(f"{title or 'the statement'}: done, it returns no rows", markup=False)
        return
    count = len(result.rows)
    table = Table(title=Text(title) if title else None, caption=Text(caption or f"{count} row{'s' * (count != 1)}"))
    for position, name in enumerate(result.columns):
        numbers = all(isinstance(row[position], Number | None) for row in result.rows) and bool(result.rows)
        table.add_column(Text(name), justify="right" if numbers else "left")
    for row in result.rows:
        table.add_row(*(_cell(value) for value in row))
    console = out if out.is_terminal else Console(width=UNLIMITED, highlight=False, soft_wrap=True)
    console.print(table)


def _cell(value: object) -> Text:
    return Text("NULL", style="dim") if value is None else Text(printable(str(value)))
