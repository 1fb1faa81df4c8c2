"""Lines and files as other systems write them: each accepted value is what the file means, the rest has a rule."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from decimal import Decimal

import pytest
from common import InputFileError
from conftest import ALUNOS, ESCOLAS, NOTAS, Runner, table
from test_rules import rejects

HEADER = "aluno_id,disciplina,nota\n"
EXPECTED = [(1, "Artes", Decimal("7.50")), (1, "Física", Decimal("8.00")), (2, "Artes", Decimal("6.25"))]


def grades(job: Runner) -> list[tuple[object, ...]]:
    return table(job.database, "aluno_id, disciplina, nota")


def events(text: str) -> dict[str, dict[str, object]]:
    return {event["event"]: event for event in map(json.loads, text.splitlines())}


# --- Quotes


def test_quotes_that_are_no_syntax_never_reach_a_value(job: Runner) -> None:
    bad = [
        r'1,"Artes \"I\"",7',
        r"1,Artes \"I\",7",
        r'1,"Artes"" II,7',
        '1,"Artes" II,7',
        '1, "Artes" II,7',
        '1,\u00a0"Artes" II,7',
        '1,Artes ""I"",7',
        '1,"Artes "I"",7',
        '1,"Ar"tes"",7',
    ]
    good = {
        '1, "Artes" ,7': "Artes",
        '"2"\t,\u00a0"Artes, ""II""" , "7"': 'Artes, "II"',
        '1,Artes "III",7': 'Artes "III"',
        '1,"IV ",7': "IV",
        '1,"a\\",7': "a\\",
    }
    summary = job(notas=HEADER + "\n".join([*bad, *good]) + "\n")
    assert rejects(summary, "raw_line", "rule") == [(line, "malformed_line") for line in bad]
    assert {name for _, name, _ in grades(job)} == set(good.values())
    assert summary["read"]["notas"] == len(bad) + len(good)


def test_value_of_several_lines_may_have_blanks_around_its_quotes(job: Runner) -> None:
    summary = job(escolas='escola_id, nome, rede, regiao\n10, "Escola\nDez" , "x", y\n20,a,b,\\N\n')
    assert table(job.database, "nome_escola, rede, regiao")[0] == ("Escola\nDez", "x", "y")
    assert table(job.database, "regiao")[-1] == (None,)
    assert summary["rejects"] is None


# --- Headers


@pytest.mark.parametrize(
    "notas",
    [
        pytest.param(
            'aluno_id;disciplina;nota;"observação\r\ndo professor"\r\n'
            "1;Artes;7,5;ok\r\n1;Física;8;\r\n2;Artes;6,25;\r\n",
            id="line break in a header",
        ),
        pytest.param("\n  \n\u00a0\n" + NOTAS, id="blank lines before the header"),
        pytest.param('"sep=;"\r\n' + NOTAS.replace(",", ";"), id="Excel names the separator"),
        pytest.param("\ufeffsep=,\n" + NOTAS + "\ufeffsep=,\n" + NOTAS, id="twice, with a byte order mark"),
        pytest.param("\ufeff" + NOTAS + "\ufeff" + NOTAS, id="byte order mark in the middle"),
        pytest.param(NOTAS + ' Aluno_ID , "DISCIPLINA",nota\u200b\n', id="header again in other words"),
        pytest.param("aluno\u200b_id,\u00a0disciplina,nota\n" + NOTAS.partition("\n")[2], id="invisible in the header"),
    ],
)
def test_header_is_no_data(job: Runner, notas: str) -> None:
    summary = job(notas=notas)
    assert summary["rejected"] == {}
    assert summary["read"]["notas"] == summary["kept"] + summary["superseded"]
    assert grades(job) == EXPECTED


def test_second_header_in_another_order_fails_the_run(job: Runner) -> None:
    escolas = ESCOLAS + "escola_id,rede,nome,regiao\n20,Municipal,Escola Vinte,Norte\n"
    with pytest.raises(InputFileError, match=r"escolas has a second header .*another order.*run=jr_1"):
        job(escolas=escolas)
    assert table(job.database) == []


@pytest.mark.parametrize("second", ["aluno_id,disciplina,recuperacao,nota", 'NOTA, "Recuperacao",aluno_id,disciplina'])
def test_second_header_that_moves_an_ignored_column_fails_the_run(job: Runner, second: str) -> None:
    notas = f"aluno_id,disciplina,nota,recuperacao\n1,Artes,7,\n{second}\n1,Física,3,8\n"
    with pytest.raises(InputFileError, match=r"notas has a second header .*another order.*run=jr_1"):
        job(notas=notas)
    assert table(job.database) == []


# --- Characters that nobody sees


def test_equal_looking_keys_are_equal(job: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    spellings = [
        "1,Língua Portuguesa,1",
        "\ufeff1,Língua\u00a0Portuguesa,2",
        "\u200b1,Lín\u00adgua Portu\u200dguesa,3",
        "1\u200e,\u202aLi\u0301ngua Portuguesa\u202c,4",
        "\u30001,Língua\u202fPortuguesa\u2060,5",
        "1,\u2003Língua Portuguesa\ufe0f,\u00a06\u200b",
    ]
    summary = job(notas=HEADER + "\n".join(spellings) + "\n2,C\u0327a\u0303o,7\n")
    assert grades(job) == [(1, "Língua Portuguesa", Decimal("6.00")), (2, "Ção", Decimal("7.00"))]
    assert (summary["kept"], summary["superseded"], summary["rejected"]) == (2, 5, {})
    assert events(capsys.readouterr().out)["invisible_characters_removed"]["notas"] == 6


def test_line_separators_of_unicode_are_control_characters(job: Runner) -> None:
    bad = ["1,Ar\u2028tes,7", "1,Artes\u2029,7", "\u20281,Artes,7"]
    summary = job(notas=NOTAS + "\n".join(bad))
    assert rejects(summary, "raw_line", "rule") == [(line, "control_character") for line in bad]


def test_usual_characters_beyond_latin_stay(job: Runner) -> None:
    job(escolas="escola_id,nome,rede,regiao\n10,Escola “Dez” – 東京 😀,ñ,€\n20,a,b,c\n")
    assert table(job.database, "nome_escola, rede, regiao")[0] == ("Escola “Dez” – 東京 😀", "ñ", "€")


# --- Ids


def test_ids_as_pandas_writes_them(job: Runner) -> None:
    summary = job(
        alunos="id;nome_ficticio;idade;genero;escola_id\n1.0;Ana;15.0;F;10.0\n2,0;Bia;16,0;F;020,0\n",
        escolas="escola_id,nome,rede,regiao\n10.0,x,y,z\n20,x,y,z\n",
        notas=HEADER + "1.0,Artes,7.5\n1,Física,8\n 2 ,Artes,6.25\n",
    )
    assert summary["rejects"] is None
    assert grades(job) == EXPECTED
    assert set(table(job.database, "aluno_id, idade, escola_id")) == {(1, 15, 10), (2, 16, 20)}


def test_key_to_another_set_that_cannot_be_read_says_so(job: Runner) -> None:
    unreadable = ["1e3", "+10", "1.000", "10.5", "10.00", "10,0", "1 0", "１０", "9223372036854775808", "x"]
    alunos = "".join(f'{number},N,15,F,"{escola}"\n' for number, escola in enumerate(unreadable, start=100))
    largest = 2**63 - 1
    summary = job(
        alunos=ALUNOS + alunos + f"{largest},Z,15,F,10\n",
        notas=NOTAS + "100,Artes,7\n" + "".join(f'"{each}",Artes,7\n' for each in unreadable) + f"{largest},Artes,7\n",
    )
    found = rejects(summary, "file", "rule")
    assert found.count(("alunos.csv", "invalid_escola_id")) == len(unreadable)
    assert found.count(("notas.csv", "invalid_key")) == len(unreadable)
    assert summary["rejected"] == {"invalid_key": len(unreadable), "unknown_aluno": 1}
    assert grades(job)[-1] == (largest, "Artes", Decimal("7.00"))


# --- Encodings


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252"])
@pytest.mark.parametrize("one_partition_bytes", [0, 1 << 22], ids=["in parallel", "in one task"])
def test_utf8_against_the_argument_is_read_as_utf8_and_the_log_says_so(
    job: Runner,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    encoding: str,
    one_partition_bytes: int,
) -> None:
    import etl_performance_academica as etl

    monkeypatch.setattr(etl, "ONE_PARTITION_BYTES", one_partition_bytes)
    job.write(
        alunos=ALUNOS,
        escolas=ESCOLAS.replace("Escola Dez", "Colégio São José").encode(encoding),
        notas=NOTAS.encode() + "2,Física,5\n2,Inglês,É\n".encode(encoding) + "2,Inglês,9".encode(),
    )
    summary = job.run(csv_encoding=encoding)
    assert {name for _, name, _ in grades(job)} == {"Artes", "Física", "Inglês"}
    assert table(job.database, "nome_escola")[0] == ("Colégio São José",)
    assert rejects(summary, "raw_line", "rule") == [("2,Inglês,É", "nota_not_a_number")]
    event = events(capsys.readouterr().out)["lines_read_as_utf8"]
    assert event == {
        "event": "lines_read_as_utf8", "csv_encoding": encoding, "alunos": 0, "escolas": 0, "notas": 2,
    }  # fmt: skip


def test_bytes_without_meaning_in_windows_1252_are_rejected(job: Runner) -> None:
    job.write(alunos=ALUNOS, escolas=ESCOLAS, notas=NOTAS.encode("cp1252") + b"2,F\x81sica,7\n2,\xef\xbf\xbd,7\n")
    rules = [rule for _, _, rule in rejects(job.run(csv_encoding="windows-1252"))]
    assert rules == ["invalid_encoding", "invalid_encoding"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("argument", ["utf-8", "windows-1252"])
def test_utf16_fails_the_run(job: Runner, encoding: str, argument: str) -> None:
    job.write(alunos=ALUNOS, escolas=ESCOLAS, notas=NOTAS.encode(encoding))
    with pytest.raises(InputFileError, match=r"notas.csv is not text in .*UTF-16.*Save the file as UTF-8"):
        job.run(csv_encoding=argument)


# --- Files of another kind


def zipped(*names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("notas.csv", zipped("[Content_Types].xml", "xl/workbook.xml"), r"an Excel workbook \(.xlsx\)"),
        ("notas.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), r"an old Excel workbook \(.xls\)"),
        ("notas.csv", zipped("notas.csv"), "a zip archive"),
        ("notas.csv", gzip.compress(NOTAS.encode()), r"compressed with gzip. Rename it to .csv.gz"),
        ("notas.csv", b"PAR1\x15\x04\x15\x00", "a Parquet file"),
        ("notas.csv", b"%PDF-1.7\n%\xe2\xe3\n", "a PDF document"),
        ("notas.csv", b"\n<!DOCTYPE html>\n<html>", "an HTML or XML page"),
        ("notas.csv", b'{"error": "denied"}', "JSON"),
        ("notas.csv.gz", NOTAS.encode(), "not compressed with gzip. Rename it to .csv"),
        ("notas.csv.gz", zipped("notas.csv"), "a zip archive"),
        ("notas.csv.gz", gzip.compress(zipped("xl/workbook.xml")), "an Excel workbook"),
    ],
)
def test_file_of_another_kind_is_named(job: Runner, name: str, content: bytes, words: str) -> None:
    job.write(alunos=ALUNOS, escolas=ESCOLAS)
    (job.raw / name).write_bytes(content)
    with pytest.raises(InputFileError, match=rf"{name} is no CSV file: it is {words}"):
        job.run()


@pytest.mark.parametrize("content", [b"", gzip.compress(b""), gzip.compress(b"\n\n")])
def test_empty_gzip_is_empty(job: Runner, content: bytes) -> None:
    job.write(alunos=ALUNOS, escolas=ESCOLAS)
    (job.raw / "notas.csv.gz").write_bytes(content)
    with pytest.raises(InputFileError, match=r"notas.csv.gz is empty"):
        job.run()


def test_gzip_that_breaks_off_fails_the_run_and_is_named(job: Runner) -> None:
    content = gzip.compress((HEADER + "".join(f"1,{number * 7919 % 99991},5\n" for number in range(30000))).encode())
    job.write(alunos=ALUNOS, escolas=ESCOLAS)
    (job.raw / "notas.csv.gz").write_bytes(content[: len(content) // 2])
    with pytest.raises(InputFileError, match=r"notas.csv.gz.* broken off or damaged.*Upload"):
        job.run()
    assert table(job.database) == []
