"""The report: what it draws of a result, how it writes values, and the page that it makes of facts."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import pytest

from glue_scripts.table import NAMES
from scripts.base.errors import CommandError
from scripts.base.paths import TOP
from scripts.case import dictionary, job
from scripts.case.data_api import Result
from scripts.case.statements import statements
from scripts.commands import report
from scripts.report import facts, page, picture, texts, views, words
from tests.kit import report_facts
from tests.kit.report_facts import FAILED, LONG, MARKUP, SUCCEEDED

pytestmark = pytest.mark.unit
SQL = statements((TOP / "sql" / "02_analysis_queries.sql").read_text(encoding="utf-8"))
JOB = TOP / "glue_scripts"


@pytest.fixture(scope="module")
def html() -> str:
    return page.html(report_facts.facts())


@pytest.mark.parametrize(
    ("given", "written"),
    [
        (Decimal("7.50"), "7,50"),
        (Decimal("1234567.5"), "1.234.567,5"),
        (12345, "12.345"),
        (-0.125, "-0,12"),
        (6.0, "6,0"),
        (None, "—"),
        (True, "sim"),
        ("2026-11-09", "09/11/2026"),
        ("2026-11-09 18:05:00.123+00", "09/11/2026 18:05:00"),
        ("Ação\x1b", "Ação\\x1b"),
    ],
)
def test_value_is_written_as_in_brazil(given: object, written: str) -> None:
    assert texts.value(given) == written


def test_id_has_no_point_between_thousands() -> None:
    assert texts.value(12345, plain=True) == "12345"


@pytest.mark.parametrize(
    ("given", "written"), [(9.25, "9,2 s"), (25, "25 s"), (59.7, "1 min 00 s"), (125.2, "2 min 05 s")]
)
def test_duration_is_written_in_minutes(given: float, written: str) -> None:
    assert texts.seconds(given) == written


@pytest.mark.parametrize(("given", "written"), [(640, "640 B"), (8200, "8,2 kB"), (1_300_000, "1,3 MB")])
def test_size_is_written_with_its_unit(given: int, written: str) -> None:
    assert texts.size(given) == written


def drawn(columns: list[str], *rows: tuple[Any, ...]) -> picture.Picture:
    found = picture.of(Result(columns, list(rows)), Decimal("6.73"))
    assert found is not None
    return found


def test_bars_have_the_name_the_group_and_the_value_of_their_rows() -> None:
    found = drawn(
        ["regiao", "escola_id", "nome_escola", "media_nota"],
        ("Norte", 1, "A", Decimal("7.5")),
        ("Norte", 2, "B", Decimal("5")),
        ("Sul", 3, "C", None),
        ("Sul", 4, "D", Decimal("6")),
    )
    assert [(bar.group, bar.label, bar.text) for bar in found.bars] == [
        ("Norte", "A", "7,5"),
        ("Norte", "B", "5"),
        ("Sul", "D", "6"),
    ]
    assert (found.measure, found.graded, found.reference) == ("Média das notas", True, 6.73)
    assert picture.caption(found).startswith("Média das notas: de 5 (B, Norte) a 7,5 (A, Norte).")


def test_bars_of_one_name_are_told_apart() -> None:
    rows = ((1, "Igual", 5), (2, "Igual", 6))
    assert [bar.label for bar in drawn(["escola_id", "nome_escola", "total"], *rows).bars] == [
        "Igual (Escola 1)",
        "Igual (Escola 2)",
    ]
    assert [bar.label for bar in drawn(["nome", "total"], ("A", 1), ("A", 2)).bars] == ["A (1)", "A (2)"]


def test_smallest_and_largest_make_a_range() -> None:
    found = drawn(["disciplina", "media_nota", "menor_nota", "maior_nota"], ("A", 5, 1, 9), ("B", 6, 2, 10))
    assert found.has_ranges
    assert [(bar.low, bar.value, bar.high) for bar in found.bars] == [(1, 5, 9), (2, 6, 10)]


def test_number_that_the_rows_are_grouped_by_is_their_name() -> None:
    assert [bar.label for bar in drawn(["idade", "media_nota"], (10, 5), (11, 6)).bars] == ["Idade 10", "Idade 11"]
    assert [bar.label for bar in drawn(["ano", "total"], (2025, 5), (2026, 6)).bars] == ["2025", "2026"]


def test_many_rows_are_drawn_as_a_distribution() -> None:
    found = drawn(["nome", "total"], *[(f"n{each}", each) for each in range(picture.MOST_BARS + 1)])
    assert found.is_distribution and "por faixa de valor" in picture.caption(found)


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        (["rede", "observacao"], [("A", "x"), ("B", "y")]),
        (["rede", "total"], [("A", 1)]),
        (["rede", "total"], []),
        (["total"], [(1,), (2,)]),
        (["escola_id", "aluno_id"], [(1, 2), (3, 4)]),
        (["rede", "total"], [("A", None), ("B", None)]),
        (["rede", "ativa"], [("A", True), ("B", False)]),
    ],
)
def test_result_without_a_comparison_is_a_table_alone(columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    assert picture.of(Result(columns, rows), None) is None


def test_reference_is_drawn_beside_the_mean_of_grades_only() -> None:
    assert drawn(["rede", "total_notas"], ("A", 1), ("B", 2)).reference is None


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("variacao_da_media", "Variação da média"),
        ("media_ao_ano_das_regioes", "Média ao ano das regiões"),
        ("numeros_por_serie", "Números por série"),
        ("_", "_"),
    ],
)
def test_unknown_name_is_written_as_people_do(name: str, written: str) -> None:
    assert words.written(name) == written


def test_every_rule_state_and_phase_of_the_job_has_its_word() -> None:
    """`scripts/report/words.py` lacks what fails here. The page shows the English name until it has it."""
    rules = {each.name for each in dictionary.RULES}
    assert rules - set(words.RULES) == set()
    assert set(job.ENDED) - set(words.STATES) == set()
    phases = set(
        re.findall(r'clock\.lap\("(\w+)"\)', (JOB / "etl_performance_academica.py").read_text(encoding="utf-8"))
    )
    assert len(phases) > 3
    assert phases - set(words.PHASES) == set()


def test_every_column_has_a_heading_for_people() -> None:
    assert [name for name in NAMES if not re.fullmatch(r"[A-ZÁÉÍÓÚ][^_]*", words.column(name))] == []


def test_analysis_has_a_name_and_a_title_of_its_own() -> None:
    assert [each.name for each in SQL if not each.title] == []
    (found,) = statements("-- name: a\n-- title:  Uma análise \nSELECT 1;")
    assert (found.name, found.title, found.sql) == ("a", "Uma análise", "SELECT 1")


def test_events_are_what_the_job_logged_and_nothing_else() -> None:
    lines = ["text", '{"event": "a", "n": 1}', '{"event": "a", "n": 2}', '{"event": broken', '{"other": 1}']
    assert facts.events(lines) == {"a": {"n": 2}}


def test_summary_that_lacks_a_count_is_no_event() -> None:
    """The page would end with a KeyError: a user who edits the script may leave out what the page shows."""
    whole = {"event": "run_summary", **report_facts.SUMMARY}
    cut = {name: value for name, value in whole.items() if name != "rejected"}
    assert "run_summary" in facts.events([json.dumps(whole)])
    events: dict[str, Any] = facts.events(
        [json.dumps(cut), '{"event": "rejected_lines", "alunos": {"x": "two"}, "notas": 3}']
    )
    cut_run = report_facts.run(1, **events)
    assert cut_run.summary == {} and cut_run.rejected == {}
    assert "não registrou todas" in page.html(report_facts.facts(history=[cut_run], rejected={}))


def test_page_has_every_analysis_with_its_table_and_what_can_be_drawn(html: str) -> None:
    titles = re.findall(r"<h3>(.*?)</h3>", html)
    for title in ("Média de cada escola", "Variação por escola", "Média por idade", "Recorde", "Sem números", "Vazia"):
        assert title in titles
    # Three analyses, the rules and the runs, each for a phone and for a wide page.
    assert html.count("<svg ") == html.count('class="chart narrow"') + html.count('class="chart wide"') == 10
    assert html.count("<table>") == 5 + 2
    assert "Esta análise não devolveu nenhuma linha." in html


def test_page_holds_names_as_text_and_asks_nobody(html: str) -> None:
    assert MARKUP not in html and "<script" not in html
    assert "&lt;script&gt;" in html
    assert "default-src &#39;none&#39;" in html or "default-src 'none'" in html
    assert set(re.findall(r"\w+://[\w.]+", html)) <= {"http://www.w3.org", "s3://data"}
    assert re.findall(r"\b(?:src|href)=\"(?!#)[^\"]*", html) == []


def test_page_tells_numbers_of_the_run_and_of_the_table(html: str) -> None:
    for told in (
        "<strong>6,73</strong>",
        "<strong>5.800</strong>",
        "12.209 linhas de notas lidas",
        "rejeitadas (1,6 %)",
    ):
        assert told in html
    assert "09/11/2026" in html and LONG in html
    assert "Nota que não é número" in html and "e mais 197" in html and "a_new_rule" in html
    assert "x\\x1b[2J" in html and "\x1b" not in html


def test_table_says_what_it_leaves_out() -> None:
    rows = [(f"n{each}", each) for each in range(views.MOST_ROWS + 5)]
    (found,) = views.results(report_facts.facts(analyses=[report_facts.analysis(["nome", "total"], *rows)]))
    assert found.table is not None and len(found.table.rows) == views.MOST_ROWS
    assert "300 de 305 linhas" in found.note and "make query NAME=uma_analise" in found.note


def test_failed_run_is_told_first_and_nothing_of_what_it_left_in_the_table() -> None:
    found = report_facts.facts(history=[FAILED, SUCCEEDED], rejected={})
    assert "não foi concluída (falhou)" in views.state(found)[0]
    assert views.state(found)[0].endswith("os da tabela como ela está agora.")
    assert "antes de avaliar" in views.quality(found).sentence
    text = page.html(found)
    assert 'class="state bad"' in text and "InputFileError: notas.csv has no &lt;script&gt;" in text


def test_rows_of_earlier_runs_are_told() -> None:
    found = report_facts.facts(totals=facts.Totals(12007, 1, 1, 1, Decimal(5)))
    assert "A tabela tem também 7 notas de execuções anteriores" in " ".join(views.state(found))


def decision(outcome: str, call: str, count: int = 1) -> dict[str, Any]:
    told = {} if outcome == "allowed" else {"reason": f"{call} is not authorized"}
    return {
        "call": call,
        "action": "s3:GetObject",
        "resource": None,
        "count": count,
        "outcome": outcome,
        "by": [],
        **told,
    }


@pytest.mark.parametrize(("call", "expected"), [("s3:HeadObject", True), ("s3:GetObject", False)])
def test_refused_request_is_called_expected_only_where_spark_probes(call: str, expected: bool) -> None:
    decisions = [
        decision("allowed", "s3:GetObject", 4),
        decision("allowed", "s3:CopyObject", 2),
        decision("refused", call),
    ]
    found = views.parity(report_facts.facts(parity={"mode": "enforce", "decisions": decisions, "unused": []}))
    assert found.sentences[0] == "A AWS permitiria 6 de 7 requisições que a execução fez."
    assert ("Essa recusa é esperada" in " ".join(found.sentences)) is expected
    assert found.table is not None
    assert found.table.rows == [["recusada", "s3:GetObject", "—", "1"], ["permitida", "s3:GetObject", "—", "6"]]


def test_parts_of_a_run_are_its_phases_and_the_rest_of_its_time() -> None:
    parts = views._parts(SUCCEEDED)
    assert parts["Leitura e junção"] == 70.25 and "Copy" not in parts
    assert sum(parts.values()) == pytest.approx(95)
    assert views._parts(FAILED) == {words.UNKNOWN: 95.0}


def test_report_that_nothing_shows_is_written_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # no xdg-open
    path = tmp_path / "new" / "report.html"
    with pytest.raises(CommandError, match=r"no program of this machine[\s\S]*open /"):
        report._write(report_facts.facts(analyses=[]), path, opens=True)
    assert path.read_text(encoding="utf-8").endswith("</html>")
    assert path.stat().st_mode & 0o777 == 0o600


def test_tilde_in_out_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """zsh passes it on, and the page would lie in a folder `~` of the clone."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("OUT", "~/r.html")

    @click.command()
    @report.report_options
    def command(out: Path, opens: bool) -> Path:
        return out

    assert command.main([], standalone_mode=False) == tmp_path / "r.html"
    monkeypatch.setenv("OUT", "~nobody-has-this-name/r.html")
    with pytest.raises(CommandError, match=r"OUT=~nobody-has-this-name/r\.html: nobody has"):
        command.main([], standalone_mode=False)
