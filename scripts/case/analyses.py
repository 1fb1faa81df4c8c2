"""What sql/02_analysis_queries.sql must return for given rows of performance_academica, computed in Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

COLUMNS = [
    "aluno_id",
    "nome_aluno",
    "idade",
    "genero",
    "escola_id",
    "nome_escola",
    "rede",
    "regiao",
    "disciplina",
    "nota",
]  # fmt: skip
Row = tuple[object, ...]
Group = list[dict[str, Any]]


def analyses(rows: Iterable[Row]) -> list[list[Row]]:
    """Returns the rows of each of the three statements, each list in the order of `sorted_rows`."""
    lines = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    by_escola = _grouped(lines, lambda line: (line["regiao"], line["escola_id"], line["nome_escola"]))
    by_rede = _grouped(lines, lambda line: line["rede"])
    by_disciplina = _grouped(lines, lambda line: line["disciplina"])
    return [
        sorted_rows((*key, _mean(group), len(group)) for key, group in by_escola.items()),
        sorted_rows(
            (rede, _mean(group), _distinct(group, "aluno_id"), _distinct(group, "escola_id"), len(group))
            for rede, group in by_rede.items()
        ),
        sorted_rows(
            (name, _mean(group), min(_notas(group)), max(_notas(group)), len(group))
            for name, group in by_disciplina.items()
        ),
    ]


def sorted_rows(rows: Iterable[Row]) -> list[Row]:
    """Returns the rows in one fixed order that does not depend on their types."""
    return sorted(rows, key=str)


def _grouped(lines: Group, key: Callable[[dict[str, Any]], Any]) -> dict[Any, Group]:
    groups: dict[Any, Group] = defaultdict(list)
    for line in lines:
        groups[key(line)].append(line)
    return groups


def _notas(group: Group) -> list[Decimal]:
    return [line["nota"] for line in group]


def _mean(group: Group) -> Decimal:
    return (sum(_notas(group), Decimal(0)) / len(group)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _distinct(group: Group, column: str) -> int:
    return len({line[column] for line in group})
