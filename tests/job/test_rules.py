"""Quality rules: the job keeps, supersedes or rejects each line with its reason, and a bad line stops no run."""

from __future__ import annotations

from decimal import Decimal

import etl_performance_academica as etl
import pyarrow.parquet
import pytest
import quality
from common import InputFileError
from conftest import ALUNOS, ESCOLAS, NOTAS, Runner, relations, table
from table import SETS, of_set

from tests.kit.sources import lines, source

HEADER = "aluno_id,disciplina,nota\n"
REJECTED_NOTAS = {
    "1,Artes": "malformed_line",
    "1,Artes,7,5": "malformed_line",
    "1" + "," * 30_000: "malformed_line",
    "1,Art\0es,7": "control_character",
    "1,Art\x0bes,7": "control_character",
    "1,Art\u0085es,7": "control_character",
    "1," + "é" * 501 + ",7": "text_too_long",
    '1,"Ar': "malformed_line",
    '1,Artes,"7': "malformed_line",
    ",Artes,7": "empty_key",
    '1,"  ",7': "empty_key",
    "1,,abc": "empty_key",
    "999,Artes,7": "unknown_aluno",
    "abc,Artes,7": "invalid_key",
    "1.5,Artes,7": "invalid_key",
    "99999999999999999999999999,Artes,7": "invalid_key",
    "3,Artes,7": "unknown_escola",
    "4,Artes,7": "unknown_escola",
    "1,Artes,": "nota_not_a_number",
    "1,Artes,ausente": "nota_not_a_number",
    '1,Artes,"7,5"': "nota_not_a_number",
    '1,Artes,"1.234,5"': "nota_not_a_number",
    "1,Artes,NaN": "nota_not_a_number",
    "1,Artes,Infinity": "nota_not_a_number",
    "1,Artes,-inf": "nota_not_a_number",
    "1,Artes,1e1": "nota_not_a_number",
    "1,Artes,1e400": "nota_not_a_number",
    "1,Artes,7.5.1": "nota_not_a_number",
    "1,Artes,7 5": "nota_not_a_number",
    "1,Artes,.": "nota_not_a_number",
    "1,Artes,٧": "nota_not_a_number",
    "1,Artes,10.5": "nota_out_of_range",
    "1,Artes,10.001": "nota_out_of_range",
    "1,Artes,10.00000000000000000001": "nota_out_of_range",
    "1,Artes,-0.001": "nota_out_of_range",
    "1,Artes,-1": "nota_out_of_range",
    "1,Artes," + "9" * 400: "nota_out_of_range",
}


def rejects(summary: dict[str, object], *columns: str) -> list[tuple[object, ...]]:
    """`columns` of the rejected lines, in the order of the files."""
    rows = pyarrow.parquet.read_table(summary["rejects"], partitioning=None).to_pylist()
    rows.sort(key=lambda row: (row["file"], row["line_number"]))
    return [tuple(row[column] for column in columns or ("file", "raw_line", "rule")) for row in rows]


def test_each_unusable_nota_is_set_aside_with_its_reason(job: Runner) -> None:
    summary = job(
        alunos=ALUNOS + lines("alunos", "3,Caio,15,M,77", "4,Davi,15,M,"),
        notas=HEADER + "1,Artes,7.5\n" + "\n".join(REJECTED_NOTAS) + "\n2,Artes,6\n",
    )
    assert sorted(rejects(summary)) == sorted(("notas.csv", line, reason) for line, reason in REJECTED_NOTAS.items())
    reasons = list(REJECTED_NOTAS.values())
    assert summary["rejected"] == {reason: reasons.count(reason) for reason in set(reasons)}
    # A rejected line replaces nothing, even as the last of its key.
    assert table(job.database, "aluno_id, nota") == [(1, Decimal("7.50")), (2, Decimal("6.00"))]
    assert summary["read"]["notas"] == summary["kept"] + summary["superseded"] + len(reasons) == 2 + len(reasons)


@pytest.mark.parametrize("ansi", ["false", "true"])
def test_numbers_that_are_grades(job: Runner, ansi: str) -> None:
    """Also with `spark.sql.ansi.enabled`, the default from Spark 4 on, which makes a bad cast an error."""
    accepted = {
        "0": "0", "-0": "0", "+7": "7", "7.": "7", ".5": "0.5", "007.50": "7.5", " 7.5 ": "7.5", '"8"': "8", "10": "10",
        "10.000": "10", "9.999": "10", "7.125": "7.13", "7.124999999999999999999": "7.12", "7.4449999999999": "7.44",
    }  # fmt: skip
    notas = [f"1,{number},{nota}" for number, nota in enumerate(accepted)]
    job.spark.conf.set("spark.sql.ansi.enabled", ansi)
    try:
        summary = job(notas=HEADER + "\n".join(notas) + "\nabc,Artes,1\n1,Artes," + "9" * 400)
    finally:
        job.spark.conf.unset("spark.sql.ansi.enabled")
    found = {int(subject): nota for subject, nota in table(job.database, "disciplina, nota")}
    assert found == {number: Decimal(value) for number, value in enumerate(accepted.values())}
    assert summary["rejected"] == {"invalid_key": 1, "nota_out_of_range": 1}


def test_unusable_alunos_and_escolas_are_set_aside_and_their_notas_with_them(job: Runner) -> None:
    bad = [
        ("alunos", ",Sem Id,15,F,10", "empty_key"),
        ("alunos", "x7,Id Ruim,15,F,10", "invalid_key"),
        ("alunos", "5,Curta,15", "malformed_line"),
        ("escolas", "30,A,B", "malformed_line"),
        ("escolas", ",Sem Id,B,C", "empty_key"),
        ("escolas", "3x,Id Ruim,B,C", "invalid_key"),
        ("notas", "5,Artes,7", "unknown_aluno"),
    ]

    def with_bad(name: str, good: str) -> str:
        return good + lines(name, *(line for of, line, _ in bad if of == name))

    summary = job(
        alunos=with_bad("alunos", ALUNOS),
        escolas=with_bad("escolas", ESCOLAS),
        notas=with_bad("notas", source("notas", "1,Artes,7")),
    )
    assert rejects(summary) == [(f"{name}.csv", lines(name, line).strip(), rule) for name, line, rule in bad]
    assert summary["rejected"] == {"unknown_aluno": 1}  # of notas: what read.notas adds up to
    assert summary["read"] == {"alunos": 5, "escolas": 5, "notas": 2}


def test_unusable_idade_becomes_null_and_is_counted(job: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    idades = ["quinze", "15.5", "-1", "151", "99999", "9" * 30, "", "0", "150"]
    alunos = source("alunos", *(f"{number},N,{idade},F,10" for number, idade in enumerate(idades)))
    summary = job(alunos=alunos, notas=HEADER + "".join(f"{number},Artes,7\n" for number in range(len(idades))))
    assert [idade for (idade,) in table(job.database, "idade")] == [None] * 7 + [0, 150]
    assert '"event": "values_set_to_null", "set": "alunos", "idade": 6' in capsys.readouterr().out
    assert summary["rejects"] is None


def test_text_that_is_not_utf8_is_set_aside(job: Runner) -> None:
    latin1 = (HEADER + "1,Matem\u00e1tica,7\n1,Artes,8\n").encode("latin-1")
    summary = job(notas=latin1)
    assert rejects(summary) == [("notas.csv", "1,Matem\ufffdtica,7", "invalid_encoding")]
    assert table(job.database, "disciplina") == [("Artes",)]


def test_nothing_to_set_aside_writes_nothing_aside(job: Runner) -> None:
    assert job()["rejects"] is None
    assert not (job.folder / "processed" / "performance_academica_rejeitados").exists()


def test_run_without_one_usable_nota_fails(job: Runner) -> None:
    job()
    before = table(job.database)
    with pytest.raises(InputFileError, match=r"notas.csv has no usable line.*unknown_aluno.*run=jr_2"):
        job(alunos=ALUNOS.replace("\n1,", "\n101,").replace("\n2,", "\n102,"), escolas=ESCOLAS)
    assert table(job.database) == before
    assert relations(job.database) == ["performance_academica"]


@pytest.mark.parametrize("one_partition_bytes", [0, 1 << 22], ids=["in parallel", "in one task"])
@pytest.mark.parametrize("name", ["alunos", "escolas", "notas"])
def test_set_without_one_usable_line_fails_the_run(
    job: Runner, monkeypatch: pytest.MonkeyPatch, name: str, one_partition_bytes: int
) -> None:
    """Spark drops the side of a join that counts the other sets, when the other side is empty."""
    monkeypatch.setattr(etl, "ONE_PARTITION_BYTES", one_partition_bytes)
    header = {"alunos": ALUNOS, "escolas": ESCOLAS, "notas": NOTAS}[name].partition("\n")[0]
    with pytest.raises(InputFileError, match=r"notas.csv has no usable line"):
        job(**{name: f"{header}\nx\n"})
    folder = f"{job.folder}/processed/performance_academica_rejeitados/run=jr_1"
    assert (f"{name}.csv", "x", "malformed_line") in rejects({"rejects": folder})


@pytest.mark.parametrize("name", SETS)
def test_every_column_of_the_table_has_a_meaning(name: str) -> None:
    known = {*quality.MEANINGS[name], *(["nota"] if name == "notas" else [])}  # nota comes from nota_number
    missing = [column for column in of_set(name) if column not in known]
    assert not missing, f"glue_scripts/quality.py has no meaning in MEANINGS[{name!r}] for {', '.join(missing)}"
