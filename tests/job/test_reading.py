"""The source files: what the job reads, what fails the run, which line wins."""

from __future__ import annotations

from decimal import Decimal

import pytest
from common import InputFileError
from conftest import ALUNOS, ESCOLAS, NOTAS, Runner, relations, table

from tests.kit.sources import lines, source


def grades(job: Runner) -> list[tuple[object, ...]]:
    return table(job.database, "aluno_id, disciplina, nota")


EXPECTED = [(1, "Artes", Decimal("7.50")), (1, "Física", Decimal("8.00")), (2, "Artes", Decimal("6.25"))]


@pytest.mark.parametrize(
    "notas",
    [
        pytest.param(NOTAS.rstrip("\n"), id="no last newline"),
        pytest.param(NOTAS.replace("\n", "\r\n"), id="CRLF"),
        pytest.param("\ufeff" + NOTAS, id="byte order mark"),
        pytest.param(NOTAS.replace("\n", "\n\n  \n"), id="blank lines"),
        pytest.param(NOTAS + NOTAS, id="file twice, header as well"),
        pytest.param(
            NOTAS.replace("aluno_id,disciplina,nota", " Aluno_ID ,DISCIPLINA, nota"), id="header spelled anyhow"
        ),
        pytest.param(
            "nota,professor,aluno_id,disciplina\n7.5,X,1,Artes\n8,,1,Física\n6.25,Y,2,Artes\n", id="other columns"
        ),
        pytest.param(
            'aluno_id,disciplina,nota\n"1","Artes","7.5"\n1,Física,8\n 2 ,\tArtes ,\u00a06.25 \n', id="quotes"
        ),
        pytest.param(NOTAS.replace("\n1,", "\n001,"), id="leading zeros"),
    ],
)
def test_file_is_read_however_it_is_written(job: Runner, notas: str) -> None:
    assert job(notas=notas)["rejected"] == {}
    assert grades(job) == EXPECTED


def test_quoted_separators_and_quotes_and_backslashes_stay_in_the_value(job: Runner) -> None:
    job(escolas=source("escolas", '10,"Sao ""Jose"", Centro",a\\b,\\', "20,x,y,z"))
    assert table(job.database, "nome_escola, rede, regiao")[0] == ('Sao "Jose", Centro', "a\\b", "\\")


def test_empty_values_are_null(job: Runner) -> None:
    job(alunos=source("alunos", '1,,,"",10', "2,  ,\u00a0,\t,20"))
    assert set(table(job.database, "nome_aluno, idade, genero")) == {(None, None, None)}


@pytest.mark.parametrize("name", ["alunos", "escolas", "notas"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "nor"),
        ("", "is empty"),
        ("\n", "is empty"),
        ("HEADER\n", "no data line"),
        ("HEADER\n\n \n", "no data line"),
    ],
)
def test_file_without_data_fails_the_run_and_is_named(
    job: Runner, name: str, content: str | None, message: str
) -> None:
    files = {"alunos": ALUNOS, "escolas": ESCOLAS, "notas": NOTAS}
    header = files.pop(name).partition("\n")[0]
    job.write(**files)
    if content is not None:
        job.write(**{name: content.replace("HEADER", header)})
    with pytest.raises(InputFileError, match=rf"{name}\.csv\b.* {message}"):
        job.run()
    assert table(job.database) == []
    assert not (job.folder / "processed").exists()
    assert relations(job.database) == ["performance_academica"]


@pytest.mark.parametrize(
    ("files", "named"),
    [
        ({"alunos": "id,nome_ficticio,genero,escola_id\n1,Ana,F,10\n"}, r"alunos.csv .*missing or repeated: idade\b"),
        (
            {"escolas": "escola_id#nome#rede#regiao\n10#a#b#c\n"},
            r"escolas.csv .*missing or repeated: escola_id, nome, rede, regiao\b",
        ),
        ({"notas": "aluno_id,disciplina,nota,nota\n1,Artes,7,8\n"}, r"notas.csv .*missing or repeated: nota\b"),
        ({"notas": "1,Artes,7.5\n1,Física,8\n"}, r"notas.csv .*missing or repeated: aluno_id, disciplina, nota\b"),
    ],
)
def test_missing_or_repeated_column_fails_the_run_and_is_named(job: Runner, files: dict[str, str], named: str) -> None:
    with pytest.raises(InputFileError, match=named) as caught:
        job(**files)
    assert "7.5" not in str(caught.value)  # the first line of a file without a header is a pupil's data
    assert table(job.database) == []


def test_last_line_of_a_key_wins_in_every_file(job: Runner) -> None:
    summary = job(
        alunos=ALUNOS + lines("alunos", "1,Ana Maria,17,F,20"),
        escolas=ESCOLAS + lines("escolas", "20,Escola Nova,Privada,Sudeste"),
        notas="aluno_id,disciplina,nota\n1,Artes,9\n1,Artes,5\n01,Artes,7\n",
    )
    assert table(job.database, "nome_aluno, idade, escola_id, nome_escola, rede, nota") == [
        ("Ana Maria", 17, 20, "Escola Nova", "Privada", Decimal("7.00"))
    ]
    assert (summary["kept"], summary["superseded"]) == (1, 2)
    assert summary["read"] == {"alunos": 3, "escolas": 3, "notas": 3}


def test_last_line_wins_across_the_splits_of_a_file(job: Runner) -> None:
    """Equal keys are far apart in a file that Spark reads in over twenty pieces, side by side."""
    rounds = [
        f"{aluno},{subject},{nota}\n" for nota in range(11) for aluno in (1, 2) for subject in ("Artes", "Física")
    ]
    filler = "".join(f"1,Matéria {number},5\n" for number in range(150))
    notas = "aluno_id,disciplina,nota\n" + filler.join(rounds)
    job.spark.conf.set("spark.sql.files.maxPartitionBytes", 5000)
    job.spark.conf.set("spark.sql.files.openCostInBytes", 0)
    try:
        summary = job(notas=notas)
    finally:
        job.spark.conf.unset("spark.sql.files.maxPartitionBytes")
        job.spark.conf.unset("spark.sql.files.openCostInBytes")
    read = notas.count("\n") - 1
    assert summary["read"]["notas"] == read
    assert (summary["kept"], summary["superseded"]) == (154, read - 154)
    assert [nota for _, subject, nota in grades(job) if subject in ("Artes", "Física")] == [Decimal("10.00")] * 4
