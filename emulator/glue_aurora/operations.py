"""The tables of operations in README.md, made from the services' handlers.

`python -m glue_aurora.operations` writes them. With `--check` it changes nothing and ends with 1 when README.md is out
of step. The plugin's README.md is meant unless a path is given.
"""

import argparse
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from glue_aurora.budgets.provider import SERVICE as BUDGETS
from glue_aurora.glue.provider import SERVICE as GLUE
from glue_aurora.rds.provider import SERVICE as RDS
from glue_aurora.rds_data.provider import SERVICE as RDS_DATA

SERVICES = {"AWS Glue": GLUE, "Amazon RDS": RDS, "RDS Data API": RDS_DATA, "AWS Budgets": BUDGETS}
README = Path(__file__).resolve().parents[1] / "README.md"
BEGIN = "<!-- operations: written by `make format` -->"
END = "<!-- end of operations -->"


def tables() -> str:
    """Returns one Markdown table for each service, with every operation that it answers.

    Raises:
        ValueError: a handler has no docstring to take its note from.
    """
    lines: list[str] = []
    for title, service in SERVICES.items():
        lines += [f"### {title} (`{service.name}`)", "", "| Operation | What it does here |", "|---|---|"]
        lines += [f"| {operation} | {_note(operation, handler)} |" for operation, handler in service.handlers.items()]
        lines.append("")
    return "\n".join(lines).rstrip()


def with_tables(readme: str) -> str:
    """Returns the text of `readme` with the present tables between the two marks.

    Raises:
        ValueError: a mark is missing.
    """
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the README has no part between {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{tables()}\n\n{END}{after}"


def main(arguments: list[str] | None = None) -> int:
    """Writes or checks README.md; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("readme", nargs="?", type=Path, default=README)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(arguments)
    text = options.readme.read_text(encoding="utf-8")
    wanted = with_tables(text)
    if text == wanted:
        return 0
    if options.check:
        print(f"{options.readme.name}: its tables of operations are not those of the handlers; run `make format`")
        return 1
    options.readme.write_text(wanted, encoding="utf-8")
    return 0


def _note(operation: str, handler: Callable[..., Any]) -> str:
    """Returns the first line of the handler's docstring."""
    text = inspect.getdoc(handler)
    if not text:
        raise ValueError(f"the handler of {operation} has no docstring")
    return text.splitlines()[0].replace("|", "\\|")


if __name__ == "__main__":
    raise SystemExit(main())
