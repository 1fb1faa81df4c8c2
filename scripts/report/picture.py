"""What to draw of a result: decided by its columns alone, so that an analysis that is new or changed is drawn too."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from scripts.case.data_api import Result
from scripts.report import texts, words

MOST_BARS = 40  # more rows are drawn as a distribution
MOST_GROUPS = 8
ENDS = (("menor_", "maior_"), ("min_", "max_"), ("minimo_", "maximo_"), ("minima_", "maxima_"))
OVERALL = "media_nota"  # the mean of all rows is drawn beside this one


@dataclass(frozen=True)
class Bar:
    """One row of a result. `low` and `high` are None unless the result has the ends of a range."""

    label: str
    value: float
    text: str
    group: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Picture:
    """Bars, ranges (bars with `low` and `high`), or the distribution of their values.

    `measure` is the column's heading. `graded` says that the scale is that of grades, 0 to 10. `reference` is the mean
    of all rows, or None.
    """

    bars: Sequence[Bar]
    measure: str
    graded: bool = False
    reference: float | None = None

    @property
    def is_distribution(self) -> bool:
        return len(self.bars) > MOST_BARS

    @property
    def has_ranges(self) -> bool:
        return not self.is_distribution and all(bar.low is not None for bar in self.bars)


def is_identifier(column: str) -> bool:
    """Says whether a column holds names that look like numbers: they are neither added nor drawn."""
    return column == "id" or column.endswith("_id") or column.startswith("id_")


def is_year(column: str) -> bool:
    return column == "ano" or column.startswith("ano_")


def is_number(result: Result, name: str) -> bool:
    """Says whether a column has numbers, and nothing else but NULL."""
    position = result.columns.index(name)
    values = [row[position] for row in result.rows if row[position] is not None]
    return bool(values) and all(
        isinstance(each, int | float | Decimal) and not isinstance(each, bool) for each in values
    )


def of(result: Result, mean: Decimal | None) -> Picture | None:
    """Returns what to draw, or None where a table says as much: no number, or fewer than two rows.

    `mean` is that of all grades.
    """
    numeric = [
        name for name in result.columns if is_number(result, name) and not (is_identifier(name) or is_year(name))
    ]
    named = [name for name in result.columns if name not in numeric]
    if numeric and not named:  # GROUP BY idade: the first number says what the row is about
        named, numeric = numeric[:1], numeric[1:]
    low, high = _ends(numeric)
    measures = [name for name in numeric if name not in (low, high)] or numeric
    if not measures or not named:
        return None
    rows = [dict(zip(result.columns, row, strict=True)) for row in result.rows]
    rows = [row for row in rows if row[measures[0]] is not None]
    if len(rows) < 2:
        return None
    if not all(row[name] is not None for row in rows for name in (low, high) if name):
        low = high = ""
    group, labels = _labels(rows, named)
    bars = [
        Bar(
            label,
            float(row[measures[0]]),
            texts.value(row[measures[0]]),
            texts.value(row[group]) if group else "",
            float(row[low]) if low else None,
            float(row[high]) if high else None,
        )
        for row, label in zip(rows, labels, strict=True)
    ]
    graded = _is_grade(measures[0]) and all(0 <= bar.value <= 10 for bar in bars)
    reference = float(mean) if mean is not None and measures[0] == OVERALL else None
    return Picture(bars, words.column(measures[0]), graded, reference)


def caption(picture: Picture) -> str:
    """Returns what the picture shows, in words: the highest and the lowest value and what the marks mean."""
    ordered = sorted(picture.bars, key=lambda bar: bar.value)
    least, most = ordered[0], ordered[-1]
    if least.value == most.value:
        told = [f"{picture.measure}: {most.text} em todas as {texts.number(len(ordered))} linhas."]
    else:
        told = [f"{picture.measure}: de {least.text} ({_whole(least)}) a {most.text} ({_whole(most)})."]
    if picture.is_distribution:
        told.append(f"O gráfico conta as {texts.number(len(ordered))} linhas por faixa de valor.")
    if picture.has_ranges:
        told.append("O ponto é o valor; a linha une o menor e o maior.")
    if picture.reference is not None:
        mark = "A linha tracejada" if picture.is_distribution else "O traço preto"
        told.append(f"{mark} é a média geral, {texts.number(round(Decimal(repr(picture.reference)), 2))}.")
    return " ".join(told)


def _whole(bar: Bar) -> str:
    return f"{bar.label}, {bar.group}" if bar.group else bar.label


def _ends(numeric: Sequence[str]) -> tuple[str, str]:
    """Returns the columns that hold the ends of a range, if there are such: `menor_nota` and `maior_nota`."""
    for low, high in ENDS:
        for name in numeric:
            if name.startswith(low) and high + name.removeprefix(low) in numeric:
                return name, high + name.removeprefix(low)
    return "", ""


def _is_grade(name: str) -> bool:
    return "nota" in name.split("_")


def _labels(rows: Sequence[dict[str, Any]], named: Sequence[str]) -> tuple[str, list[str]]:
    """Returns the column that groups the rows, or an empty text, and a label for each row that no other row has."""
    texts_ = [name for name in named if not is_identifier(name)] or list(named)
    group = texts_[0] if len(texts_) > 1 and _groups(rows, texts_[0]) else ""
    parts = [name for name in texts_ if name != group]
    labels = [" · ".join(_text(row, name) for name in parts) for row in rows]
    own = [name for name in named if name not in texts_]
    seen = Counter((row[group] if group else "", label) for row, label in zip(rows, labels, strict=True))
    for position, (row, label) in enumerate(zip(rows, labels, strict=True)):
        if seen[row[group] if group else "", label] > 1:
            mark = ", ".join(_text(row, name) for name in own) or str(position + 1)
            labels[position] = f"{label} ({mark})"
    return group, labels


def _groups(rows: Sequence[dict[str, Any]], name: str) -> bool:
    """Says whether the column groups the rows: few values, fewer than rows, each in one block."""
    values: list[object] = [row[name] for row in rows]
    blocks = 1 + sum(one != other for one, other in pairwise(values))
    return blocks == len(set(values)) and blocks <= MOST_GROUPS and blocks < len(rows)


def _text(row: dict[str, Any], name: str) -> str:
    """Returns the value; a number with what it counts or names, because a label stands without its column's heading."""
    text = texts.value(row[name], plain=True)
    is_number = isinstance(row[name], int | float | Decimal) and not is_year(name)
    return f"{words.written(re.sub('^id_|_id$', '', name))} {text}" if is_number else text
