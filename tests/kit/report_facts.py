"""Facts for a report that no environment has all at once: names as markup, many rows, a run that failed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from scripts.case.chosen import Found
from scripts.case.data_api import Result
from scripts.case.rejects import Broken, Rejected
from scripts.case.statements import Statement
from scripts.report.facts import Analysis, Facts, Run, SourceFile, Totals

BEGAN = datetime(2026, 11, 9, 18, 5, tzinfo=UTC)
MARKUP = '<script>alert("x")</script>'
LONG = "Escola Municipal de Ensino Fundamental Professora Doutora Maria Aparecida dos Santos de Oliveira"
SUMMARY: dict[str, Any] = {
    "read": {"alunos": 60, "escolas": 12, "notas": 12209},
    "kept": 12000,
    "superseded": 9,
    "rejected": {"nota_not_a_number": 200},
    "inserted": 12000,
    "updated": 0,
    "unchanged": 0,
    "parquet": "s3://data/processed/performance_academica/run=jr_1/",
    "seconds": {"prepare": 1.5, "parquet": 70.25, "rejects": 2.0, "database": 9.0, "copy": 6.0, "merge": 3.0},
}


def analysis(columns: list[str], *rows: tuple[Any, ...], name: str = "uma_analise", title: str = "") -> Analysis:
    """Returns an analysis with these rows."""
    return Analysis(Statement("SELECT 1", name, title), Result(columns, list(rows)))


def run(number: int = 1, state: str = "SUCCEEDED", error: str = "", **events: Any) -> Run:
    """Returns a run that has ended, `number` hours before the newest."""
    described = Found(f"jr_{number:064x}", state, error, BEGAN - timedelta(hours=number), 95, {}, {})
    return Run(described, events)


SUCCEEDED = run(1, run_summary=SUMMARY, rejected_lines={"alunos": {}, "notas": {"nota_not_a_number": 200}})
FAILED = run(0, "FAILED", f"InputFileError: notas.csv has no {MARKUP}")
CHANGES = [(escola, Decimal(escola % 17) / 4 - 2) for escola in range(1, 90)]
AGES = [(age, Decimal("6.5") + age % 4) for age in range(10, 18)]
ANALYSES = [
    analysis(
        ["regiao", "escola_id", "nome_escola", "media_nota", "total_notas"],
        ("Norte", 1, MARKUP, Decimal("7.50"), 12),
        ("Norte", 2, LONG, Decimal("10.00"), 1234),
        ("Sul", 3, "Escola Igual", Decimal("0.00"), 1),
        ("Sul", 4, "Escola Igual", Decimal("6.25"), 1),
        ("Sul", 5, None, None, 0),
        name="media_por_regiao_e_escola",
        title="Média de cada escola",
    ),
    analysis(["escola_id", "variacao_da_media"], *CHANGES, name="variacao_por_escola"),
    analysis(["idade", "media_nota"], *AGES, name="media_por_idade"),
    analysis(["maior", "quando"], (Decimal("9.75"), "2026-11-09"), name="recorde"),
    analysis(["rede", "observacao"], ("Estadual", "ok"), ("Privada", "ok"), name="sem_numeros"),
    analysis(["rede", "total_notas"], name="vazia"),
]


def facts(**changed: Any) -> Facts:
    """Returns facts after a run that SUCCEEDED, with `changed` in place of theirs."""
    found = Facts(
        made=BEGAN,
        place="ambiente local",
        totals=Totals(12000, 5800, 89, 6, Decimal("6.73")),
        analyses=ANALYSES,
        history=[SUCCEEDED, FAILED, replace(SUCCEEDED, events={})],
        under_way=False,
        rejected={
            "nota_not_a_number": Broken(200, [Rejected("notas.csv", 1203, f"7,{MARKUP},x\x1b[2J")] * 3),
            "a_new_rule": Broken(1, [Rejected("alunos.csv", 2, "x")]),
        },
        files=[SourceFile("notas.csv", 1_300_000, BEGAN, True)],
        parity="não há",
        origin={"place": "s3://data/raw/"},
    )
    return replace(found, **changed)
