"""Writes the tables of inputs and outputs in the Terraform modules' READMEs, from variables.tf and outputs.tf."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from scripts.base import hcl
from scripts.base.console import say
from scripts.base.paths import TERRAFORM, relative

BEGIN = "<!-- inputs and outputs: written by `make format` -->"
END = "<!-- end -->"


def write() -> int:
    """Writes the tables of every README; returns 0."""
    for readme, text in _stale():
        readme.write_text(text, encoding="utf-8")
        say(f"wrote the tables of {relative(readme)}")
    return 0


def check() -> int:
    """Prints a line for each README whose tables differ; returns 1 if there is one, else 0."""
    stale = _stale()
    for readme, _ in stale:
        say(f"{relative(readme)}: its tables differ from variables.tf and outputs.tf: run `make format`")
    return int(bool(stale))


def with_tables(readme: str, module: Path) -> str:
    """The text of `readme` with the tables of `module` between the marks; without marks they follow at the end."""
    before = readme.partition(BEGIN)[0].rstrip()
    after = readme.partition(END)[2].strip()
    parts = [before, "\n".join([BEGIN, *_inputs(module), "", *_outputs(module), END])]
    return "\n\n".join([*parts, after] if after else parts) + "\n"


def _stale() -> list[tuple[Path, str]]:
    found = []
    for module in [TERRAFORM, *sorted((TERRAFORM / "modules").iterdir())]:
        readme = module / "README.md"
        text = readme.read_text(encoding="utf-8")
        if (wanted := with_tables(text, module)) != text:
            found.append((readme, wanted))
    return found


def _inputs(module: Path) -> list[str]:
    rows = ["| Input | Description | Type | Default |", "|---|---|---|---|"]
    for name, block in _blocks(module / "variables.tf", "variable"):
        default = f"`{_value(block['default'])}`" if "default" in block else "required"
        rows.append(f"| `{name}` | {_text(block['description'])} | `{_expression(block['type'])}` | {default} |")
    return rows


def _outputs(module: Path) -> list[str]:
    rows = ["| Output | Description |", "|---|---|"]
    for name, block in _blocks(module / "outputs.tf", "output"):
        rows.append(f"| `{name}` | {_text(block['description'])} |")
    return rows


def _blocks(file: Path, kind: str) -> list[tuple[str, dict[str, Any]]]:
    return sorted(hcl.blocks(hcl.load(file), kind))


def _text(quoted: str) -> str:
    """A quoted string as a table's cell."""
    return hcl.text(quoted).replace("|", "\\|").replace("<", "\\<")


def _expression(text: str) -> str:
    return text.removeprefix("${").removesuffix("}")


def _value(value: Any) -> str:
    if isinstance(value, str):
        return value  # hcl2 keeps the quotation marks
    if isinstance(value, list):
        return f"[{', '.join(_value(each) for each in value)}]"
    return json.dumps(value)
