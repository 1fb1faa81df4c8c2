"""Connection, COPY and merge on a real PostgreSQL."""

from __future__ import annotations

import dataclasses
import io
import json
import socket
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import staging
from common import CountError, DatabaseError
from conftest import query, relations, table, until
from database import CONNECT_SECONDS, Database, connect
from pyspark.sql import DataFrame, SparkSession
from staging import Staging, staging_name
from table import NAME as TABLE
from table import NAMES, SPARK_SCHEMA

FOREIGN_AUTHORITY = Path(__file__).parents[2] / "terraform" / "tests" / "fixtures" / "ca-bundle.pem"


def row(aluno: int, disciplina: str = "Artes", nota: str = "7.50", **values: Any) -> tuple[Any, ...]:
    """A row of the table. A column that came later than these is NULL in it."""
    columns = {
        "aluno_id": aluno, "nome_aluno": "Ana", "idade": 15, "genero": "F", "escola_id": 10, "nome_escola": "Dez",
        "rede": "Municipal", "regiao": "Sul", "disciplina": disciplina, "nota": Decimal(nota), **values,
    }  # fmt: skip
    return tuple(columns.get(name) for name in NAMES)


def load(database: Database, rows: list[tuple[Any, ...]], name: str) -> None:
    with connect(database) as connection, connection.cursor() as cursor:
        for values in rows:
            placeholders = ", ".join(["%s"] * len(values))
            cursor.execute(f"INSERT INTO {name} ({', '.join(NAMES)}) VALUES ({placeholders})", values)


def merge(database: Database, rows: list[tuple[Any, ...]], run: str, expected: int | None = None) -> Any:
    with Staging(database, TABLE, run).open() as staged:
        load(database, rows, staged.name)
        return staged.merge(len(rows) if expected is None else expected)


def frame(spark: SparkSession, rows: list[tuple[Any, ...]]) -> DataFrame:
    return spark.createDataFrame(rows, SPARK_SCHEMA)


# --- Connection


def test_connection_is_encrypted_and_utf8(database: Database) -> None:
    assert query(database, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") == [(True,)]
    assert query(database, "SHOW client_encoding") == [("UTF8",)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": "wr0ng-pass"}, "authentication failed"),
        ({"user": "nobody_here"}, "authentication failed|does not exist|no pg_hba.conf entry"),
        ({"name": "no_such_database"}, "does not exist"),
        (
            {"ca_bundle": FOREIGN_AUTHORITY.read_text()},
            "certificate verify failed.*No authority in --aurora_ca_bundle signed",
        ),
        ({"ca_bundle": ""}, "root certificate file"),
    ],
)
def test_what_trying_again_cannot_mend_fails_at_once(
    database: Database, capsys: pytest.CaptureFixture[str], change: dict[str, Any], words: str
) -> None:
    with (
        pytest.raises(DatabaseError, match=rf"attempt 1\): .*({words})") as caught,
        connect(dataclasses.replace(database, **change)),
    ):
        pass
    assert "wr0ng-pass" not in str(caught.value)
    assert capsys.readouterr().out == ""


def test_server_with_a_certificate_for_another_name_is_refused_at_once(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PGHOSTADDR", "127.0.0.1")  # as if the name led to the server
    with (
        pytest.raises(DatabaseError, match=r"attempt 1\): .*does not match host name.*--aurora_host must be a name in"),
        connect(dataclasses.replace(database, host="cluster.example")),
    ):
        pass
    assert capsys.readouterr().out == ""


def test_bundle_is_a_file_only_while_a_connection_is_made(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with connect(database):
        assert list(tmp_path.iterdir()) == []
    with pytest.raises(DatabaseError), connect(dataclasses.replace(database, password="wr0ng-pass")):
        pass
    assert list(tmp_path.iterdir()) == []
    assert "BEGIN CERTIFICATE" in database.ca_bundle and "BEGIN" not in repr(database)


@contextmanager
def waking_up(database: Database, refusals: int) -> Iterator[int]:
    """A port that closes the first connections, as a waking database does, and passes the next one on."""
    listener = socket.create_server(("127.0.0.1", 0))

    def pump(source: socket.socket, target: socket.socket) -> None:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)

    def serve() -> None:
        for _ in range(refusals):
            listener.accept()[0].close()
        client, upstream = listener.accept()[0], socket.create_connection((database.host, database.port))
        with client, upstream, ThreadPoolExecutor() as pumps:
            pumps.submit(pump, client, upstream)
            pumps.submit(pump, upstream, client)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with listener:
        yield listener.getsockname()[1]
        thread.join(timeout=30)
        assert not thread.is_alive()


def test_database_that_wakes_is_waited_for_and_each_attempt_logged(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with waking_up(database, refusals=2) as port:
        assert query(dataclasses.replace(database, host="127.0.0.1", port=port), "SELECT 1") == [(1,)]
    attempts = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["event"], line["attempt"]) for line in attempts] == [
        ("database_connect_retry", 1),
        ("database_connect_retry", 2),
    ]


def test_patience_with_a_database_that_never_comes_is_limited_and_long_enough_for_aurora(
    database: Database,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with (
        pytest.raises(DatabaseError, match=rf"127\.0\.0\.1:{port} .*attempt 2\): .*efused"),
        connect(dataclasses.replace(database, host="127.0.0.1", port=port), patience_seconds=2.5),
    ):
        pass
    assert CONNECT_SECONDS >= 90


def test_exception_rolls_back(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE half_done (x int)")
        raise ZeroDivisionError
    assert relations(database) == [TABLE]


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("SELECT 'João da Silva'::bigint", r"a value does not fit its type or range.*22P02"),
        (
            f"INSERT INTO {TABLE} (aluno_id, escola_id, disciplina, nota) VALUES (1, 2, 'João da Silva', 11)",
            rf"a constraint is violated.*table {TABLE}, constraint {TABLE}_nota_check.*23514",
        ),
        (
            f"INSERT INTO {TABLE} (aluno_id, escola_id, nome_aluno, nota) VALUES (1, 2, 'João da Silva', 1)",
            rf"a constraint is violated.*table {TABLE}, column disciplina.*23502",
        ),
        (f"COPY {TABLE} (aluno_id) FROM STDIN", r"a value does not fit its type or range.*column aluno_id.*22P02"),
    ],
)
def test_refused_value_is_not_quoted(database: Database, statement: str, told: str) -> None:
    with (
        pytest.raises(DatabaseError, match=told) as caught,
        connect(database) as connection,
        connection.cursor() as cursor,
    ):
        if statement.startswith("COPY"):
            cursor.copy_expert(statement, io.StringIO("João da Silva\n"))
        else:
            cursor.execute(statement)
    assert "João" not in str(caught.value)


# --- Staging and merge


def test_staging_is_unlogged_named_after_its_run_and_gone_afterwards(database: Database) -> None:
    with (
        Staging(database, TABLE, "jr_one").open() as one,
        Staging(database, f"public.{TABLE}", "jr_two").open() as two,
    ):
        names = [one.name, two.name.removeprefix("public.")]
        kinds = query(database, "SELECT relname, relpersistence FROM pg_class WHERE relname = ANY(%s)", names)
        assert sorted(kinds) == sorted((name, "u") for name in names)
        assert len(set(names)) == 2
    assert relations(database) == [TABLE]


def test_staging_is_gone_after_a_failure(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), Staging(database, TABLE, "jr_one").open():
        raise ZeroDivisionError
    assert relations(database) == [TABLE]


def test_staging_name_fits_postgresql_whatever_the_table(database: Database) -> None:
    long = "a" * 63
    assert len(staging_name(long, "jr_" + "f" * 64).encode()) <= 63
    assert staging_name(f"x.{long}", "jr_1").startswith("x.a")


def test_rows_of_a_repeated_task_count_once(database: Database) -> None:
    rows = [row(1), row(2), row(3)]
    assert merge(database, [*rows, *rows[:2]], "jr_1", expected=3) == {"inserted": 3, "updated": 0, "unchanged": 0}
    assert table(database) == rows


@pytest.mark.parametrize("expected", [1, 3])
def test_other_number_of_rows_than_expected_merges_nothing(database: Database, expected: int) -> None:
    with pytest.raises(CountError, match="table is unchanged"):
        merge(database, [row(1), row(2)], "jr_1", expected=expected)
    assert table(database) == []
    assert relations(database) == [TABLE]


@pytest.mark.parametrize("few_rows", [0, 10_000], ids=["as many rows", "as few rows"])
def test_merge_counts_what_it_did(database: Database, monkeypatch: pytest.MonkeyPatch, few_rows: int) -> None:
    monkeypatch.setattr(staging, "FEW_ROWS", few_rows)
    assert merge(database, [row(1), row(2), row(3)], "jr_1") == {"inserted": 3, "updated": 0, "unchanged": 0}
    changed = [row(1), row(2, nota="7.51"), row(3, rede=None), row(4)]
    assert merge(database, changed, "jr_2") == {"inserted": 1, "updated": 2, "unchanged": 1}
    assert table(database) == changed


def test_merges_at_the_same_time_queue_and_readers_go_on(database: Database) -> None:
    merge(database, [row(1, nota="1")], "jr_0")
    holder = psycopg2.connect(
        host=database.host, port=database.port, dbname=database.name, user=database.user, password=database.password
    )
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass"
    # In this order a failure here releases the runs before the pool waits for them.
    with ThreadPoolExecutor() as runs, holder, holder.cursor() as cursor:
        cursor.execute(f"UPDATE {TABLE} SET nota = 2")  # as another run does before its commit
        both = [runs.submit(merge, database, [row(1, nota="3"), row(2)], run) for run in ("jr_1", "jr_2")]
        until(lambda: query(database, waiting, TABLE) == [(2,)])
        reader = f"SET LOCAL lock_timeout = '10s'; SELECT nota FROM {TABLE}"
        assert query(database, reader) == [(Decimal("1.00"),)]
        holder.commit()
        counts = [run.result(timeout=30) for run in both]
    holder.close()
    assert sorted(count["unchanged"] for count in counts) == [0, 2]
    assert {"inserted": 1, "updated": 1, "unchanged": 0} in counts
    assert table(database, "aluno_id, nota") == [(1, Decimal("3.00")), (2, Decimal("7.50"))]


def test_second_of_two_first_loads_sees_the_rows_of_the_first(database: Database) -> None:
    holder = psycopg2.connect(
        host=database.host, port=database.port, dbname=database.name, user=database.user, password=database.password
    )
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass"
    with ThreadPoolExecutor() as runs, holder, holder.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {TABLE} IN SHARE ROW EXCLUSIVE MODE")
        both = [runs.submit(merge, database, [row(1), row(2)], run) for run in ("jr_1", "jr_2")]
        until(lambda: query(database, waiting, TABLE) == [(2,)])
        holder.commit()
        counts = [run.result(timeout=30) for run in both]
    holder.close()
    assert sorted((count["inserted"], count["unchanged"]) for count in counts) == [(0, 2), (2, 0)]
    assert table(database) == [row(1), row(2)]
