"""Computes what the table must hold with Python's own csv and decimal, without Spark or SQL.

It shares with the job the columns and their sources (`glue_scripts.table`), not how the job reads or joins them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from glue_scripts.table import COLUMNS, KEY, NAME, NAMES, SETS, SOURCE_COLUMNS

Row = tuple[object, ...]
EVERY_ROW = f"SELECT {', '.join(NAMES)} FROM {NAME}"


@dataclass
class Expected:
    """The rows by key, in the order of the table's columns, and the number of rejected and superseded lines."""

    rows: list[Row]
    rejected: int = 0
    superseded: int = 0
    read: dict[str, int] = field(default_factory=dict)


def expected(folder: Path) -> Expected:
    """Returns the content of an empty table after one run over `folder`'s alunos.csv, escolas.csv and notas.csv."""
    found = {name: _lines(folder / f"{name}.csv", SOURCE_COLUMNS[name]) for name in SETS}
    alunos = {line["id"]: line for line in found["alunos"] if line["id"]}
    escolas = {line["escola_id"]: line for line in found["escolas"] if line["escola_id"]}
    kept: dict[Row, Row] = {}
    result = Expected([], read={name: len(lines) for name, lines in found.items()})
    for line in found["notas"]:
        aluno = alunos.get(line["aluno_id"])
        escola = escolas.get(aluno["escola_id"]) if aluno else None
        if not (line["disciplina"] and aluno and escola and _nota(line["nota"]) is not None):
            result.rejected += 1
            continue
        row = _row({"alunos": aluno, "escolas": escola, "notas": line})
        result.superseded += key_of(row) in kept
        kept[key_of(row)] = row
    result.rows = in_order(kept.values())
    return result


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Returns the rows sorted by their key."""
    return sorted(rows, key=key_of)  # type: ignore[arg-type]


def key_of(row: Row) -> Row:
    """Returns the row's values of aluno_id, escola_id and disciplina."""
    return tuple(value(row, name) for name in KEY)


def value(row: Row, column: str) -> object:
    """Returns the row's value of `column`."""
    return row[NAMES.index(column)]


def _row(lines: dict[str, dict[str, str]]) -> Row:
    """Returns the values of the columns. A column that two sets have is equal in both: the job joins them by it."""
    found = {each.name: (lines[name][source], each.spark) for each in COLUMNS for name, source in each.sources.items()}
    return tuple(_typed(*found[name]) for name in NAMES)


def _typed(text: str, spark_type: str) -> object:
    if not text:
        return None
    if spark_type in ("BIGINT", "SMALLINT"):
        return int(text)
    return _nota(text) if spark_type.startswith("DECIMAL") else text


def _lines(path: Path, columns: Iterable[str]) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in columns if name not in (reader.fieldnames or ())]
        assert not missing, f"{path} lacks the columns that glue_scripts/table.py names: {', '.join(missing)}"
        return [{name: (value or "").strip() for name, value in line.items()} for line in reader]


def _nota(text: str) -> Decimal | None:
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) or not 0 <= Decimal(text) <= 10:
        return None
    return Decimal(text).quantize(Decimal("0.01"), ROUND_HALF_UP)
