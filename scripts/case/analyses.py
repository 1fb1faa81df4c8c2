"""What sql/02_analysis_queries.sql must return for given rows of performance_academica, computed in Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from glue_scripts import table
from scripts.base.errors import CommandError
from scripts.case.statements import Statement, statements

Row = tuple[object, ...]
Line = dict[str, Any]
Group = list[Line]


def named(text: str) -> dict[str, str]:
    """Returns the statements of `text` by the name in the line `-- name: …` above each.

    Raises:
        CommandError: a statement has no name, or the name of another.
    """
    found: dict[str, str] = {}
    for each in statements(text):
        if not each.name or each.name in found:
            raise CommandError(_why_not(each), "write `-- name: a_new_name` above it in sql/02_analysis_queries.sql")
        found[each.name] = each.sql
    return found


def _why_not(statement: Statement) -> str:
    start = " ".join(statement.sql.split())[:60]
    if statement.name:
        return f"two statements have the name {statement.name}; the second begins with `{start}`"
    return f"the statement that begins with `{start}` has no name"


def computed(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Returns the rows that each analysis of `COMPUTATIONS` must return, by its name, in `sorted_rows` order.

    `rows` have the columns of `glue_scripts.table` in its order.
    """
    lines = [dict(zip(table.NAMES, row, strict=True)) for row in rows]
    return {name: sorted_rows(compute(lines)) for name, compute in COMPUTATIONS.items()}


def sorted_rows(rows: Iterable[Row]) -> list[Row]:
    """Returns the rows in one fixed order that does not depend on their types."""
    return sorted(rows, key=str)


def _media_por_regiao_e_escola(lines: Group) -> Iterable[Row]:
    for key, group in _grouped(lines, "regiao", "escola_id", "nome_escola").items():
        yield (*key, _mean(group), len(group))


def _desempenho_por_rede(lines: Group) -> Iterable[Row]:
    for key, group in _grouped(lines, "rede").items():
        yield (*key, _mean(group), _distinct(group, "aluno_id"), _distinct(group, "escola_id"), len(group))


def _estatisticas_por_disciplina(lines: Group) -> Iterable[Row]:
    for key, group in _grouped(lines, "disciplina").items():
        yield (*key, _mean(group), min(_notas(group)), max(_notas(group)), len(group))


# The name of an analysis in sql/02_analysis_queries.sql -> what it must return, computed without SQL. An analysis that
# has no computation here is shown by aws-query, and aws-verify says that it does not check it.
COMPUTATIONS: dict[str, Callable[[Group], Iterable[Row]]] = {
    "media_por_regiao_e_escola": _media_por_regiao_e_escola,
    "desempenho_por_rede": _desempenho_por_rede,
    "estatisticas_por_disciplina": _estatisticas_por_disciplina,
}


def _grouped(lines: Group, *columns: str) -> dict[Row, Group]:
    groups: dict[Row, Group] = defaultdict(list)
    for line in lines:
        groups[tuple(line[column] for column in columns)].append(line)
    return groups


def _notas(group: Group) -> list[Decimal]:
    return [line["nota"] for line in group]


def _mean(group: Group) -> Decimal:
    return (sum(_notas(group), Decimal(0)) / len(group)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _distinct(group: Group, column: str) -> int:
    return len({line[column] for line in group})
