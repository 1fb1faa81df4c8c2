"""What the table must hold, computed by Python's own csv and decimal: no Spark, no SQL, no code of the job."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from scripts.case.analyses import COLUMNS as COLUMNS
from scripts.case.analyses import Row as Row


@dataclass
class Expected:
    """Rows sorted by key, in the order of COLUMNS, and the number of lines that were set aside or superseded."""

    rows: list[Row]
    rejected: int = 0
    superseded: int = 0
    read: dict[str, int] = field(default_factory=dict)


def expected(folder: Path) -> Expected:
    """The table after one run over ``folder``'s alunos.csv, escolas.csv and notas.csv, begun with an empty table."""
    alunos = {line["id"]: line for line in _lines(folder / "alunos.csv") if line["id"]}
    escolas = {line["escola_id"]: line for line in _lines(folder / "escolas.csv") if line["escola_id"]}
    notas = _lines(folder / "notas.csv")
    kept: dict[tuple[str, str, str], Row] = {}
    result = Expected([], read={name: len(_lines(folder / f"{name}.csv")) for name in ("alunos", "escolas", "notas")})
    for line in notas:
        aluno = alunos.get(line["aluno_id"])
        escola = escolas.get(aluno["escola_id"]) if aluno else None
        nota = _nota(line["nota"])
        if not (line["disciplina"] and aluno and escola and nota is not None):
            result.rejected += 1
            continue
        key = (aluno["id"], escola["escola_id"], line["disciplina"])
        result.superseded += key in kept
        kept[key] = (
            int(aluno["id"]),
            aluno["nome_ficticio"] or None,
            int(aluno["idade"]) if aluno["idade"] else None,
            aluno["genero"] or None,
            int(escola["escola_id"]),
            escola["nome"] or None,
            escola["rede"] or None,
            escola["regiao"] or None,
            line["disciplina"],
            nota,
        )
    result.rows = in_order(kept.values())
    return result


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Sorted by aluno_id, escola_id, disciplina."""
    return sorted(rows, key=lambda row: (row[0], row[4], row[8]))  # type: ignore[arg-type,return-value]


def _lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{name: (value or "").strip() for name, value in line.items()} for line in csv.DictReader(file)]


def _nota(text: str) -> Decimal | None:
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) or not 0 <= Decimal(text) <= 10:
        return None
    return Decimal(text).quantize(Decimal("0.01"), ROUND_HALF_UP)
