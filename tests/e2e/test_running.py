"""`make run`, and the targets that show the table and a run: `rows`, `query`, `rejects`, `logs`."""

from __future__ import annotations

import gzip
import json
import re
import shlex
from pathlib import Path

import pytest

from tests.kit.sources import source
from tests.kit.user import User

pytestmark = pytest.mark.e2e


def test_run_follows_the_log_and_ends_with_state_and_counts(user: User, tmp_path: Path) -> None:
    (tmp_path / "escolas.csv").write_text(source("escolas", "7,Escola Sete,municipal,Sul"), encoding="utf-8")
    (tmp_path / "alunos.csv").write_text(source("alunos", "1,João,12,M,7", "2,Zoë,13,F,7"), encoding="utf-8")
    (tmp_path / "notas").mkdir()
    with gzip.open(tmp_path / "notas" / "2026.csv.gz", "wt", encoding="utf-8") as file:
        file.write(source("notas", "1,Artes,9.5", "2,Artes,x"))
    said = user.make("run", f"DATA={tmp_path}", "ARGS=--unknown value --max_rejected_percent 60")
    assert "SUCCEEDED" in said
    assert '"nota_not_a_number": 1' in said
    assert "kept 1, superseded 0, rejected 1, inserted 1, updated 0, unchanged 0" in said
    assert "make local-up" not in said


def test_rows_shows_the_table(user: User) -> None:
    said = user.make("rows")
    assert "João" in said and "9.50" in said and "1 of 1 rows" in said


def test_query_shows_the_analyses_that_are_named(user: User) -> None:
    said = user.make("query", "NAME=desempenho_por_rede")
    assert "municipal" in said and "estatisticas_por_disciplina" not in said
    assert "estatisticas_por_disciplina" in user.make("query")


def test_query_reads_and_does_not_write(user: User) -> None:
    assert "João 9.50" in user.make("query", "SQL=SELECT nome_aluno || ' ' || nota FROM performance_academica")
    for sql in ("DELETE FROM performance_academica", "SET TRANSACTION READ WRITE; DELETE FROM performance_academica"):
        done = user.try_make("query", f"SQL={sql}")
        assert done.returncode != 0
        assert "this command only reads" in done.stderr
    assert "1 of 1 rows" in user.make("rows")


def test_rejects_shows_the_lines_of_the_last_run(user: User) -> None:
    said = user.make("rejects")
    assert "rejected 1 line" in said
    assert "nota_not_a_number: 1" in said and "notas/2026.csv.gz:3  2,Artes,x" in said
    assert "make run ARGS=" in said and "--decimal_separator" in said


def test_failed_run_ends_with_what_to_type(user: User, tmp_path: Path) -> None:
    (tmp_path / "escolas.csv").write_text(source("escolas", "7,Colégio São José,municipal,Sul"), encoding="cp1252")
    (tmp_path / "alunos.csv").write_text(source("alunos", "1,João,12,M,7", "2,Zoë,13,F,7"), encoding="cp1252")
    (tmp_path / "notas.csv").write_text(source("notas", "1,Redação,9", "2,Redação,8"), encoding="cp1252")
    done = user.try_make("run", f"DATA={tmp_path}")
    assert "ended as FAILED: InputFileError" in done.stderr
    assert f'make run DATA={shlex.quote(str(tmp_path))} ARGS="--csv_encoding windows-1252"' in done.stderr
    assert done.stderr.rstrip().endswith("Error 4")
    said = user.make("rejects", "RULE=invalid_encoding", "LIMIT=1")
    assert re.search(r"^invalid_encoding: 5$", said, re.M)
    assert said.count(".csv:2  ") == 1 and "… and 4 more: make rejects" in said


def test_logs_shows_a_run_by_its_whole_id_only(user: User) -> None:
    failed, succeeded = (run["id"] for run in json.loads(user.make("-s", "status", "JSON=1"))["runs"])
    assert "InputFileError" in user.make("logs", f"RUN_ID={failed}", "GROUP=output")
    assert f"run {succeeded} is SUCCEEDED" in user.make("logs", f"RUN_ID={succeeded}", "FOLLOW=1")
    for given, told in ((succeeded[:20], f"RUN_ID={succeeded}"), ("jr_none", f"the last runs are {failed}")):
        done = user.try_make("logs", f"RUN_ID={given}")
        assert done.returncode != 0 and done.stdout == ""
        assert told in done.stderr
