"""Files as spreadsheets and other systems write them: encodings, separators, line breaks in values, folders."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal

import pytest
from common import InputFileError
from conftest import ALUNOS, ESCOLAS, NOTAS, Runner, table
from test_rules import rejects

HEADER = "aluno_id,disciplina,nota\n"
EXPECTED = [(1, "Artes", Decimal("7.50")), (1, "Física", Decimal("8.00")), (2, "Artes", Decimal("6.25"))]
SPREADSHEET = "aluno_id;disciplina;nota\r\n1;Artes;7,5\r\n1;Física;8\r\n2;Artes;6,25\r\n"


def grades(job: Runner) -> list[tuple[object, ...]]:
    return table(job.database, "aluno_id, disciplina, nota")


def prepare(job: Runner, **files: str | bytes) -> None:
    """Write the small files of alunos and escolas, and `files` in their place or beside them."""
    job.write(**{"alunos": ALUNOS, "escolas": ESCOLAS, **files})


# --- Separators, decimal commas, encodings


@pytest.mark.parametrize(
    ("notas", "arguments"),
    [
        pytest.param(SPREADSHEET, {}, id="semicolons and decimal commas"),
        pytest.param(SPREADSHEET.replace(",", "."), {}, id="semicolons and points"),
        pytest.param(SPREADSHEET.replace(",", "."), {"decimal_separator": "."}, id="points by argument"),
        pytest.param(NOTAS.replace(",", "\t"), {}, id="tabs"),
        pytest.param(NOTAS.replace(",", "|"), {"csv_separator": "|"}, id="separator by argument"),
        pytest.param(
            HEADER + '1,Artes,"7,5"\n1,Física,8\n2,Artes,"6,25"\n', {"decimal_separator": ","}, id="commas by argument"
        ),
        pytest.param(NOTAS.encode("latin-1"), {"csv_encoding": "iso-8859-1"}, id="Latin-1 by argument"),
        pytest.param(NOTAS.encode("windows-1252"), {"csv_encoding": "windows-1252"}, id="Windows by argument"),
        pytest.param(
            ("\ufeff" + NOTAS).encode(), {"csv_encoding": "iso-8859-1"}, id="byte order mark against the argument"
        ),
    ],
)
def test_file_is_read_as_it_is_written(job: Runner, notas: str | bytes, arguments: dict[str, str]) -> None:
    encoding = arguments.get("csv_encoding", "utf-8")
    separator = arguments.get("csv_separator", ",")
    others = {
        name: text.replace(",", separator).encode(encoding) for name, text in (("alunos", ALUNOS), ("escolas", ESCOLAS))
    }
    prepare(job, **others, notas=notas)
    assert job.run(**arguments)["rejected"] == {}
    assert grades(job) == EXPECTED


def test_ambiguous_decimal_is_rejected_and_not_guessed(job: Runner) -> None:
    unclear = ["1.234,5", "1,234.5", "1.234", "7.500", "7,5,0", "7 5", ","]
    lines = [f"1;{number};{nota}" for number, nota in enumerate(unclear)]
    prepare(job, notas="aluno_id;disciplina;nota\n1;Artes;7,125\n" + "\n".join(lines))
    summary = job.run()
    assert rejects(summary, "raw_line", "rule") == [(line, "nota_not_a_number") for line in lines]
    assert grades(job) == [(1, "Artes", Decimal("7.13"))]


def test_separator_that_the_header_contradicts_fails_the_run(job: Runner) -> None:
    prepare(job, notas=SPREADSHEET)
    with pytest.raises(
        InputFileError, match=r"notas.csv must have a header .* separated by ','; missing or repeated: aluno_id"
    ):
        job.run(csv_separator=",")


@pytest.mark.parametrize(
    ("notas", "words"),
    [
        pytest.param(NOTAS.encode("utf-16"), "not text in utf-8", id="UTF-16"),
        pytest.param(
            NOTAS.replace("nota\n", "nota,observação\n").encode("latin-1"), "not in utf-8", id="Latin-1 header"
        ),
    ],
)
def test_encoding_that_the_header_contradicts_fails_the_run(job: Runner, notas: bytes, words: str) -> None:
    prepare(job, notas=notas)
    with pytest.raises(InputFileError, match=f"notas.csv is {words}.*"):
        job.run()


def test_spreadsheet_of_windows_arrives_whole(job: Runner) -> None:
    """Windows-1252 and Latin-1 differ in curly quotes and dashes."""
    escolas = (
        "escola_id;nome;rede;regiao;;\r\n10;Escola \u201cDez\u201d \u2013 São José;Municipal;Sul;;\r\n20;a;b;c;;\r\n"
    )
    files = {"alunos": ALUNOS.replace(",", ";"), "escolas": escolas, "notas": SPREADSHEET}
    job.write(**{name: text.encode("windows-1252") for name, text in files.items()})
    summary = job.run(csv_encoding="windows-1252")
    assert summary["rejected"] == {}
    assert table(job.database, "nome_escola")[0] == ("Escola \u201cDez\u201d \u2013 São José",)


# --- Compression, several files


def test_compressed_file_is_read(job: Runner) -> None:
    prepare(job)
    (job.raw / "notas.csv.gz").write_bytes(gzip.compress(NOTAS.encode()))
    assert job.run()["read"]["notas"] == 3
    assert grades(job) == EXPECTED


def test_files_of_a_folder_are_one_set_in_the_order_of_their_names(
    job: Runner, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(job)
    folder = job.raw / "notas"
    folder.mkdir()
    (folder / "2024 março.csv").write_text("nota;disciplina;aluno_id\n7,5;Artes;1\n1;Física;9\n3;Física;1\n")
    (folder / "2024 abril.csv").write_text(HEADER + "1,Artes,1\n2,Artes,6.25\n")
    (folder / "2025.csv.gz").write_bytes(gzip.compress((HEADER + "\n1,Física,8\n9,Artes,1\n").encode()))
    (folder / "leia-me.txt").write_text("not data")
    summary = job.run()
    assert grades(job) == EXPECTED
    assert (summary["read"]["notas"], summary["kept"], summary["superseded"]) == (7, 3, 2)
    assert rejects(summary, "file", "line_number", "raw_line", "rule") == [
        ("notas/2024 março.csv", 3, "1;Física;9", "unknown_aluno"),
        ("notas/2025.csv.gz", 4, "9,Artes,1", "unknown_aluno"),
    ]
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"event": "files_ignored", "folder": f"{job.raw}/notas/", "files": ["leia-me.txt"]} in events


@pytest.mark.parametrize("other", ["notas.csv.gz", "notas/1.csv"])
def test_set_in_two_forms_fails_the_run_and_both_are_named(job: Runner, other: str) -> None:
    prepare(job, notas=NOTAS)
    (job.raw / other).parent.mkdir(exist_ok=True)
    (job.raw / other).write_bytes(gzip.compress(NOTAS.encode()) if other.endswith("gz") else NOTAS.encode())
    with pytest.raises(InputFileError, match=rf"notas.csv and {other.removesuffix('1.csv')}"):
        job.run()


def test_one_bad_file_of_a_folder_fails_the_run_and_is_named(job: Runner) -> None:
    prepare(job)
    (job.raw / "notas").mkdir()
    (job.raw / "notas" / "1.csv").write_text(NOTAS)
    (job.raw / "notas" / "2.csv").write_text("aluno_id,disciplina\n1,Artes\n")
    with pytest.raises(InputFileError, match=r"notas/2.csv must have .*missing or repeated: nota "):
        job.run()


def test_file_that_is_no_gzip_fails_the_run_and_is_named(job: Runner) -> None:
    prepare(job)
    (job.raw / "notas.csv.gz").write_text(NOTAS)
    with pytest.raises(InputFileError, match=r"notas.csv.gz is no CSV file: it is not compressed with gzip"):
        job.run()


# --- Values with line breaks


def test_value_with_line_breaks_is_one_record(job: Runner) -> None:
    escolas = (
        'escola_id,nome,rede,regiao\r\n10,"Escola\r\nDez, ""Centro""\r\n\r\nanexo",Municipal,"Sul"\r\n20,x,y,z\r\n'
    )
    prepare(job, escolas=escolas, notas=NOTAS)
    summary = job.run()
    assert summary["read"]["escolas"] == 2
    assert table(job.database, "nome_escola")[0] == ('Escola\nDez, "Centro"\n\nanexo',)
    assert summary["rejects"] is None


def test_stray_quote_swallows_no_good_line(job: Runner) -> None:
    """The job joins lines that leave a quote open only if they make up a proper record."""
    lines = [
        '1,"Artes,7',  # a stray quote; the next quote does not close a proper record
        "1,Física,8",
        '2,"Ar', 'tes",6',  # a record
        '2,"Física,6',
        *(f"1,{number},5" for number in range(60)),
        '2,Quími"ca,6',
        '1,"a', 'b","c', 'd",7',  # four values
    ]  # fmt: skip
    prepare(job, notas=HEADER + "\n".join(lines))
    summary = job.run()
    assert rejects(summary, "line_number", "raw_line", "rule") == [
        (number, line, "malformed_line")
        for number, line in enumerate(lines, start=2)
        if '"' in line and line not in ('2,"Ar', 'tes",6')
    ]
    assert summary["kept"] == 62
    assert (2, "Ar\ntes", Decimal("6.00")) in grades(job)


def test_rejected_record_keeps_its_first_line_number_and_its_text(job: Runner) -> None:
    prepare(job, notas=HEADER + '1,Artes,7\n\n9,"Ar\ntes",7\n8,Artes,7\n')
    assert rejects(job.run(), "line_number", "raw_line", "rule") == [
        (4, '9,"Ar\ntes",7', "unknown_aluno"),
        (6, "8,Artes,7", "unknown_aluno"),
    ]


@pytest.mark.parametrize("quote", ["", '"'], ids=["fast way", "careful way"])
def test_line_numbers_are_right_across_the_splits_of_a_file(
    job: Runner, monkeypatch: pytest.MonkeyPatch, quote: str
) -> None:
    import etl_performance_academica as etl

    monkeypatch.setattr(etl, "ONE_PARTITION_BYTES", 0)
    lines = [f"{1 + number % 12},Matéria {number},5" if number % 7 else "" for number in range(2000)]
    lines[1500] = f"1,{quote}Artes,5,5"
    prepare(job, notas=HEADER + "\n".join(lines))
    job.spark.conf.set("spark.sql.files.maxPartitionBytes", 5000)
    job.spark.conf.set("spark.sql.files.openCostInBytes", 0)
    try:
        summary = job.run()
    finally:
        job.spark.conf.unset("spark.sql.files.maxPartitionBytes")
        job.spark.conf.unset("spark.sql.files.openCostInBytes")
    bad = [
        (number, line)
        for number, line in enumerate(lines, start=2)
        if line and (line.partition(",")[0] not in ("1", "2") or "Artes" in line)
    ]
    assert rejects(summary, "line_number", "raw_line") == bad
    assert summary["read"]["notas"] == summary["kept"] + len(bad) == len([line for line in lines if line])
