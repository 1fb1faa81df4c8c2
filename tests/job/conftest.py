"""Spark on this machine, a database for the session, and source files that the test writes. No S3."""

from __future__ import annotations

import os
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from psycopg2 import sql
from psycopg2.extensions import make_dsn, parse_dsn
from pyspark.sql import SparkSession

from tests.kit.sources import source

REPOSITORY = Path(__file__).parents[2]
GLUE_SCRIPTS = REPOSITORY / "glue_scripts"
sys.path.insert(0, str(GLUE_SCRIPTS))  # flat, as Glue puts them

import etl_performance_academica as etl  # noqa: E402
from common import DatabaseError, Job  # noqa: E402
from database import Database, connect  # noqa: E402
from staging import Staging  # noqa: E402
from table import KEY, NAMES  # noqa: E402
from table import NAME as TABLE  # noqa: E402

ALUNOS = source("alunos", "1,Ana,15,F,10", "2,Bia,16,F,20")
ESCOLAS = source("escolas", "10,Escola Dez,Municipal,Sul", "20,Escola Vinte,Estadual,Norte")
NOTAS = source("notas", "1,Artes,7.5", "1,Física,8", "2,Artes,6.25")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.job)


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.memory", "1g")
        .config("spark.submit.pyFiles", ",".join(map(str, GLUE_SCRIPTS.glob("*.py"))))
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="session")
def server() -> dict[str, str]:
    """The libpq parameters of a superuser on a PostgreSQL with TLS. `sslrootcert` is its authority's file."""
    dsn = os.environ.get("TEST_POSTGRES_DSN")
    if not dsn:
        pytest.fail("these tests need a PostgreSQL: run them with `make test-job`, which starts one", pytrace=False)
    return dict(parse_dsn(dsn))


@pytest.fixture(scope="session")
def owned_database(server: dict[str, str]) -> Iterator[Database]:
    """A new database, dropped at the end. Its owner is no superuser, as Aurora's master user is none."""
    name = f"job_test_{uuid.uuid4().hex[:12]}"
    password = uuid.uuid4().hex
    names = {"name": sql.Identifier(name), "password": sql.Literal(password)}
    superuser = psycopg2.connect(make_dsn(**server))
    superuser.autocommit = True
    try:
        with superuser.cursor() as cursor:
            cursor.execute(sql.SQL("CREATE ROLE {name} LOGIN PASSWORD {password}").format(**names))
            cursor.execute(sql.SQL("CREATE DATABASE {name} OWNER {name} TEMPLATE template0").format(**names))
        bundle = Path(server["sslrootcert"]).read_text()
        database = Database(server["host"], int(server.get("port", 5432)), name, name, password, bundle)
        admit(server, database)
        yield database
        with superuser.cursor() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE {name} WITH (FORCE)").format(**names))
            cursor.execute(sql.SQL("DROP ROLE {name}").format(**names))
    finally:
        superuser.close()


def admit(server: dict[str, str], database: Database) -> None:
    """Let the database's owner in over TLS, on a server that admits only its superuser (`make test-job`'s)."""
    try:
        query(database, "SELECT 1")
    except DatabaseError as error:
        if "no pg_hba.conf entry" not in str(error):
            raise
    else:
        return

    def loaded() -> Any:
        with psycopg2.connect(make_dsn(**server)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT pg_conf_load_time()")
            return cursor.fetchone()

    before = loaded()
    with psycopg2.connect(make_dsn(**server)) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW hba_file")
        (hba_file,) = cursor.fetchone() or ("",)
        rules = str(Path(hba_file).with_name("emulator_hba.conf"))  # pg_hba.conf includes this file if it exists
        rule = f"hostssl all {database.user} 127.0.0.1/32 scram-sha-256"
        cursor.execute(
            sql.SQL("COPY (SELECT {}) TO {}; SELECT pg_reload_conf()").format(sql.Literal(rule), sql.Literal(rules))
        )
    until(lambda: loaded() != before)


@pytest.fixture
def database(owned_database: Database) -> Database:
    """The database with nothing but an empty target table, made by the case's own SQL."""
    query(owned_database, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    query(owned_database, (REPOSITORY / "sql" / "01_create_tables.sql").read_text())
    return owned_database


def query(database: Database, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement, in a transaction of its own."""
    with connect(database) as connection, connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return cursor.fetchall() if cursor.description else []


def table(database: Database, columns: str = ", ".join(NAMES)) -> list[tuple[Any, ...]]:
    """The table's rows by key."""
    return query(database, f"SELECT {columns} FROM {TABLE} ORDER BY {', '.join(KEY)}")


def relations(database: Database) -> list[str]:
    """The names of all tables, staging tables included."""
    return [name for (name,) in query(database, "SELECT relname FROM pg_class WHERE relkind = 'r' AND oid >= 16384")]


def until(condition: Callable[[], object], seconds: float = 30) -> None:
    """Wait until another thread or the server makes `condition` true."""
    tick = threading.Event()
    for _ in range(int(seconds * 20)):
        if condition():
            return
        tick.wait(0.05)
    pytest.fail(f"not so within {seconds} s: {condition}")


class Runner:
    """Runs the job on the test's files. `raw` is the folder of the source files."""

    def __init__(self, spark: SparkSession, database: Database, folder: Path) -> None:
        self.spark, self.database, self.folder = spark, database, folder
        self.raw = folder / "raw"
        self.runs = 0
        self.raw.mkdir()

    def write(self, **files: str | bytes) -> None:
        for name, content in files.items():
            data = content if isinstance(content, bytes) else content.encode()
            (self.raw / f"{name}.csv").write_bytes(data)

    def __call__(self, **files: str | bytes) -> dict[str, Any]:
        """Run on `files`, and on the small files above for the sets that the folder lacks; returns the summary."""
        for name, content in {"alunos": ALUNOS, "escolas": ESCOLAS, "notas": NOTAS}.items():
            if name not in files and not any(self.raw.glob(f"{name}*")):
                files[name] = content
        self.write(**files)
        return self.run()

    def run(self, run_id: str | None = None, **arguments: Any) -> dict[str, Any]:
        """Run on the folder as it is. `arguments` are fields of `Job`. Any number of lines may be rejected."""
        self.runs += 1
        job = Job(
            "test",
            run_id or f"jr_{self.runs}",
            f"{self.raw}/",
            f"{self.folder}/processed/",
            TABLE,
            **{"max_rejected_percent": 100.0, **arguments},
        )
        with Staging(self.database, job.table, job.run_id).open() as staging:
            return etl.run(self.spark, job, staging)


@pytest.fixture
def job(spark: SparkSession, database: Database, tmp_path: Path) -> Runner:
    return Runner(spark, database, tmp_path)
