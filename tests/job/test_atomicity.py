"""What a run leaves when it fails, is killed or loses the database, and what the next run does with it."""

from __future__ import annotations

import dataclasses
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import etl_performance_academica as etl
import outputs
import pytest
import staging
from common import CountError, DatabaseError, QualityError
from conftest import NOTAS, Runner, query, relations, table, until
from copying import copy_lines
from database import Database, open_connection, transaction
from staging import Staging
from table import NAME as TABLE
from test_database import frame, row
from test_rules import rejects

from tests.kit.sources import source

HEADER = "aluno_id,disciplina,nota\n"


def parquet_folder(job: Runner, run_id: str) -> Path:
    return job.folder / "processed" / "performance_academica" / f"run={run_id}"


# --- Rejected lines


def test_too_many_rejected_lines_fail_the_run_before_anything_is_merged(job: Runner) -> None:
    job()
    before = table(job.database, "xmin::text, *")
    job.write(notas=HEADER + "1,Artes,1\n" * 8 + "1,Artes,x\n9,Artes,2\n")
    assert job.run(max_rejected_percent=20)["updated"] == 1
    before = table(job.database, "xmin::text, *")
    job.write(notas=HEADER + "1,Artes,2\n" * 8 + "1,Artes,x\n9,Artes,2\n")
    with pytest.raises(
        QualityError, match=r"2 of 10 lines of notas \(20.0 %\).*19.9.*unknown_aluno.*run=jr_3"
    ) as caught:
        job.run(max_rejected_percent=19.9)
    assert table(job.database, "xmin::text, *") == before
    assert relations(job.database) == [TABLE]
    assert not parquet_folder(job, "jr_3").exists()
    folder = str(caught.value).rpartition(" in ")[2]
    assert rejects({"rejects": folder}, "line_number", "rule") == [(10, "nota_not_a_number"), (11, "unknown_aluno")]


def test_limit_holds_for_each_set(job: Runner) -> None:
    job.write(
        alunos=source("alunos", "1,Ana,15,F,10", "x,Bia,16,F,20"),
        escolas=source("escolas", "10,a,b,c"),
        notas=HEADER + "1,Artes,7\n",
    )
    with pytest.raises(QualityError, match=r"1 of 2 lines of alunos .*invalid_key"):
        job.run(max_rejected_percent=10)
    assert table(job.database) == []


# --- The two sinks


def test_parquet_of_a_run_whose_merge_failed_is_whole_and_the_next_run_brings_the_table_to_it(job: Runner) -> None:
    query(job.database, f"ALTER TABLE {TABLE} ADD CONSTRAINT low CHECK (nota < 8)")
    with pytest.raises(DatabaseError, match="low"):
        job()
    assert (parquet_folder(job, "jr_1") / "_SUCCESS").exists()
    assert table(job.database) == []
    query(job.database, f"ALTER TABLE {TABLE} DROP CONSTRAINT low")
    assert job.run()["inserted"] == 3


def test_parquet_that_could_not_be_finished_is_not_left(job: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise CountError("as if the counts differed")

    monkeypatch.setattr(etl, "check_counts", fail)
    with pytest.raises(CountError):
        job()
    assert not parquet_folder(job, "jr_1").exists()


def test_parquet_that_could_not_be_removed_is_found_by_the_next_run(
    job: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The JVM is killed and the driver outlives it for a moment: it can remove nothing in S3."""

    def fail(*_: Any) -> None:
        raise ConnectionError("the JVM is gone")

    with monkeypatch.context() as jvm:
        jvm.setattr(etl, "check_counts", fail)
        jvm.setattr(outputs, "remove_unmarked", fail)
        with pytest.raises(ConnectionError, match="the JVM is gone"):
            job()
    assert parquet_folder(job, "jr_1").exists()
    job.run("jr_2")
    assert not parquet_folder(job, "jr_1").exists()
    assert relations(job.database) == [TABLE]


def test_run_of_the_same_id_replaces_what_its_killed_attempt_left(job: Runner) -> None:
    job.write(notas=NOTAS)
    half = parquet_folder(job, "jr_x_attempt_1")
    half.mkdir(parents=True)
    (half / "part-00000-half.parquet").write_bytes(b"half a file")
    killed(job.database, "jr_x_attempt_1")
    job(notas=NOTAS)  # another run may remove the folder
    half.mkdir(parents=True, exist_ok=True)
    (half / "part-00000-half.parquet").write_bytes(b"half a file")
    assert job.run("jr_x_attempt_1")["unchanged"] == 3
    assert sorted(path.suffix for path in half.iterdir() if not path.name.startswith((".", "_"))) == [".parquet"]
    assert job.run("jr_x_attempt_1")["unchanged"] == 3


# --- Left-overs


def killed(database: Database, run_id: str) -> str:
    """The staging table that a killed run of this id leaves."""
    run = Staging(database, TABLE, run_id).open()
    run._connection.close()
    return run.name


def test_next_run_removes_what_a_killed_run_left_and_nothing_else(job: Runner) -> None:
    for run_id in ("jr_whole", "jr_half"):
        folder = parquet_folder(job, run_id)
        folder.mkdir(parents=True)
        (folder / "part-0.parquet").write_bytes(b"")
        killed(job.database, run_id)
    (parquet_folder(job, "jr_whole") / "_SUCCESS").touch()
    query(job.database, f"CREATE TABLE {TABLE}_staging_area (x int); CREATE TABLE x_staging_{'0' * 16} (x int)")
    assert len(relations(job.database)) == 5
    job()
    assert sorted(relations(job.database)) == [TABLE, f"{TABLE}_staging_area", f"x_staging_{'0' * 16}"]
    assert parquet_folder(job, "jr_whole").exists()
    assert not parquet_folder(job, "jr_half").exists()


def test_staging_and_parquet_of_a_run_that_is_alive_stay(job: Runner) -> None:
    folder = parquet_folder(job, "jr_alive")
    folder.mkdir(parents=True)
    with Staging(job.database, TABLE, "jr_alive").open() as alive:
        job()
        assert alive.name in relations(job.database)
        assert folder.exists()
        assert alive.copy(copy_lines(frame(job.spark, [row(7)])), 1) == 1
        assert alive.merge(1)["inserted"] == 1
    assert relations(job.database) == [TABLE]


def test_leftover_that_is_still_held_is_left_to_a_later_run(job: Runner) -> None:
    name = killed(job.database, "jr_killed")
    holder = open_connection(job.database)  # as a COPY of the killed run that the server still runs
    with holder, holder.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {name} IN ROW EXCLUSIVE MODE")
        job()
    holder.close()
    assert name in relations(job.database)
    job()
    assert relations(job.database) == [TABLE]


def test_two_runs_of_one_id_at_once_are_refused(database: Database) -> None:
    with (
        Staging(database, TABLE, "jr_1").open(),
        pytest.raises(DatabaseError, match="jr_1 is still active"),
        Staging(database, TABLE, "jr_1").open(),
    ):
        pass


# --- The database goes away


def terminate(database: Database) -> None:
    """End the job's sessions on the server's side."""
    others = "application_name = %s AND pid <> pg_backend_pid()"
    query(database, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}", database.application)


def test_session_that_is_cut_before_the_load_is_opened_again(job: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    remove = Staging.remove_leftovers

    def cut(self: Staging, *arguments: Any) -> None:
        remove(self, *arguments)
        terminate(job.database)

    monkeypatch.setattr(Staging, "remove_leftovers", cut)
    summary = job()
    assert [summary[name] for name in ("inserted", "updated", "unchanged")] == [3, 0, 0]
    assert len(table(job.database)) == 3
    monkeypatch.undo()
    job()
    assert relations(job.database) == [TABLE]


@pytest.mark.parametrize("few_rows", [0, 10_000], ids=["through executors", "through the driver"])
def test_connection_cut_in_the_merge_is_tried_again(
    job: Runner, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], few_rows: int
) -> None:
    monkeypatch.setattr(staging, "FEW_ROWS", few_rows)
    holder = open_connection(job.database)
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass"
    with ThreadPoolExecutor() as runs, holder, holder.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {TABLE} IN SHARE MODE")  # as another run that merges
        run = runs.submit(job)
        until(lambda: query(job.database, waiting, TABLE) == [(1,)], seconds=120)
        query(
            job.database,
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted AND relation = %s::regclass",
            TABLE,
        )
        until(lambda: "load_retry" in capsys.readouterr().out)
        holder.commit()
        summary = run.result(timeout=120)
    holder.close()
    assert [summary[name] for name in ("inserted", "updated", "unchanged")] == [3, 0, 0]
    assert relations(job.database) == [TABLE]


class Proxy:
    """A port that leads to the database. After `deaf` is set it drops the server's next answer and the connection."""

    def __init__(self, database: Database) -> None:
        self.target = (database.host, database.port)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.deaf = threading.Event()
        self.swallowed = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client = self.listener.accept()[0]
                server = socket.create_connection(self.target)
                threading.Thread(target=self._pump, args=(client, server, False), daemon=True).start()
                threading.Thread(target=self._pump, args=(server, client, True), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if answers and self.deaf.is_set():
                    self.deaf.clear()
                    self.swallowed.set()
                    break
                target.sendall(data)
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@contextmanager
def through_proxy(database: Database) -> Iterator[tuple[Proxy, Database]]:
    proxy = Proxy(database)
    try:
        yield proxy, dataclasses.replace(database, host="127.0.0.1", port=proxy.port)
    finally:
        proxy.listener.close()


def test_commit_that_nobody_confirmed_is_asked_about_and_counted_right(
    job: Runner, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with through_proxy(job.database) as (proxy, database):
        job.database = database
        job()
        job.write(notas=NOTAS.replace("6.25", "6.5") + "2,Física,1\n")
        before = table(job.database, "xmin::text")
        seen = capsys.readouterr()

        @contextmanager
        def watched(*arguments: Any) -> Iterator[Any]:
            with transaction(*arguments) as cursor:
                yield cursor
                if b"pg_current_xact_id_if_assigned" in (cursor.query or b""):
                    monkeypatch.setattr(staging, "transaction", transaction)
                    proxy.deaf.set()

        monkeypatch.setattr(staging, "transaction", watched)
        summary = job.run()
        assert proxy.swallowed.is_set(), seen
    assert [summary[name] for name in ("inserted", "updated", "unchanged")] == [1, 1, 2]
    assert '"event": "load_retry"' in capsys.readouterr().out
    assert len({*table(job.database, "xmin::text")} - {*before}) == 1  # one transaction wrote, once


def test_database_that_stays_away_fails_the_run_with_the_reason(job: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    merge = Staging.merge

    def cut(self: Staging, rows: int) -> dict[str, int]:
        terminate(job.database)
        return merge(self, rows)

    monkeypatch.setattr(Staging, "merge", cut)
    with pytest.raises(DatabaseError, match=r"answered: .*(terminating|closed)"):
        job()
    assert table(job.database) == []
    monkeypatch.undo()
    job()
    assert relations(job.database) == [TABLE]
