"""Parts of the commands that show something: what they choose, and how they print it."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from scripts.base import errors
from scripts.base.console import printable
from scripts.base.errors import CommandError
from scripts.base.paths import TOP
from scripts.case import chosen, queries, rejects
from scripts.case.data_api import Result
from scripts.commands import grids
from tests.kit.commands import command

pytestmark = pytest.mark.unit


def test_every_analysis_is_shown_unless_some_are_named() -> None:
    every = [each.name for each in queries.chosen("", "")]
    assert len(every) > 2
    assert [each.name for each in queries.chosen("", f"{every[2]}, {every[0]}")] == [every[2], every[0]]


def test_unknown_analysis_is_refused_with_the_known_names() -> None:
    with pytest.raises(CommandError, match=r"no analysis nenhuma[\s\S]*desempenho_por_rede"):
        queries.chosen("", "nenhuma")


@pytest.mark.parametrize(
    "sql", ["-- nothing", ";", "COMMIT; SELECT 1", "select 1; end; delete from x", "/* x */ Begin"]
)
def test_statements_that_can_not_be_meant_are_refused(sql: str) -> None:
    with pytest.raises(CommandError):
        queries.chosen(sql, "")


def test_statement_and_analysis_at_once_are_refused() -> None:
    with pytest.raises(CommandError, match="one of them"):
        queries.chosen("SELECT 1", "desempenho_por_rede")


def test_statement_that_is_too_long_to_be_split_is_refused() -> None:
    numbers = ", ".join(str(number) for number in range(6000))
    with pytest.raises(CommandError, match=r"can't be split[\s\S]*write it shorter"):
        queries.chosen(f"SELECT 1 WHERE 1 IN ({numbers})", "")


def test_result_through_a_pipe_has_whole_values_null_and_escapes(capsys: pytest.CaptureFixture[str]) -> None:
    long = "Escola " * 40
    grids.show(Result(["nome", "nota"], [(long.strip(), Decimal("7.50")), ("[red]a\x1b[2J", None)]), "titulo")
    said = capsys.readouterr().out
    assert long.strip() in said and "7.50" in said and "NULL" in said and "titulo" in said and "2 rows" in said
    assert "[red]a\\x1b[2J" in said and "\x1b" not in said


def test_statement_without_rows_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    grids.show(Result([], []))
    assert "no rows" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "shown"),
    [("João, 7,5", "João, 7,5"), ("\ufeffid\t1\u00a0\r", "\\ufeffid\\t1\\xa0\\r"), ("\x1b]0;x\x07", "\\x1b]0;x\\x07")],
)
def test_invisible_characters_are_shown_as_escapes(text: str, shown: str) -> None:
    assert printable(text) == shown


KNOWN = ["jr_aab1", "jr_aab2", "jr_b1"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("jr_b", "RUN_ID=jr_b1"),
        ("jr_b…", "RUN_ID=jr_b1"),
        ("jr_aab", "jr_aab1, jr_aab2"),
        ("jr_c", "the last runs are jr_aab1"),
        ("…", "the last runs are jr_aab1"),
    ],
)
def test_cut_or_unknown_id_is_refused_with_the_whole_ids(given: str, told: str) -> None:
    assert told in str(chosen._unknown(given, KNOWN))


@pytest.mark.parametrize(
    ("arguments", "folder"),
    [
        ({}, "s3://data/processed/performance_academica_rejeitados/run=jr_1/"),
        ({"--processed_prefix": "a/b"}, "s3://data/a/b/performance_academica_rejeitados/run=jr_1/"),
        ({"--processed-prefix": "/", "--data_bucket": "o"}, "s3://o/performance_academica_rejeitados/run=jr_1/"),
    ],
)
def test_rejected_lines_are_where_the_run_wrote_them(arguments: dict[str, str], folder: str) -> None:
    run = chosen.Found("jr_1", "FAILED", "", None, 1, arguments, {})
    assert rejects.folder({"bucket_data_name": "data"}, run) == folder


def test_folder_of_rejected_lines_is_the_jobs() -> None:
    job = (TOP / "glue_scripts" / "common.py").read_text(encoding="utf-8")
    assert f"{{self.processed}}{rejects.FOLDER}/run=" in job


def test_exit_codes_are_those_of_the_documents() -> None:
    text = (TOP / "docs" / "interfaces.md").read_text(encoding="utf-8")
    for kind in (errors.CommandError, errors.NotRunningError, errors.StartError, errors.NoAnswerError, errors.JobError):
        assert f"| {kind.exit_code} |" in text
    assert all(f"| {code} |" in text for code in (0, 2, 130))


def test_commands_without_an_environment_end_with_its_code(tmp_path: Path) -> None:
    for name in (["rows"], ["query"], ["rejects"], ["report"], ["logs"], ["status"], ["run"]):
        ended = command(*name, LETRUS_INSTANCE=str(tmp_path / "none"))
        assert (ended.returncode, "make local-up" in ended.stderr) == (3, True), name


def test_status_as_json_is_one_object_and_nothing_else(tmp_path: Path) -> None:
    ended = command("status", JSON="1", LETRUS_INSTANCE=str(tmp_path / "none"))
    assert ended.returncode == 3
    assert json.loads(ended.stdout)["ready"] is False
    assert json.loads(ended.stdout)["remedy"] in ended.stderr


def test_wrong_use_of_a_command_ends_with_its_code() -> None:
    assert command("rows", LIMIT="0").returncode == 2
    assert command("query", SQL="COMMIT").returncode == 1
