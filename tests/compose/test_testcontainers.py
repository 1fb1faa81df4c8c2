"""What users do with testcontainers: they start the compose file as it is, or a database alone."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import psycopg
import pytest
from testcontainers.community.postgres import PostgresContainer
from testcontainers.compose import DockerCompose

from glue_scripts.table import NAMES
from scripts.case.analyses import computed, named, sorted_rows
from scripts.environment import docker
from scripts.environment.database import ANALYSIS
from scripts.environment.instance import Instance
from scripts.environment.shared import POSTGRES_IMAGE
from scripts.environment.tables import CREATE_TABLES
from tests.e2e.test_road import SAMPLES
from tests.kit.expected import expected

pytestmark = pytest.mark.compose


def test_compose_file_starts_by_itself_with_its_ports(compose: DockerCompose, compose_instance: Instance) -> None:
    states = {container.Service: container.Health for container in compose.get_containers()}
    assert states == {"localstack": "healthy", "postgres": "healthy", "glue": "healthy"}
    assert compose.get_service_host_and_port("localstack", 4566) == ("127.0.0.1", compose_instance.ports.localstack)


@pytest.fixture(scope="module")
def database(answering_docker: None) -> Iterator[psycopg.Connection]:
    docker.Docker().setup()
    with (
        PostgresContainer(POSTGRES_IMAGE, driver=None) as container,
        psycopg.connect(container.get_connection_url(), autocommit=True) as connection,
    ):
        yield connection


def test_tables_are_created_once_and_again(database: psycopg.Connection) -> None:
    def columns() -> list[tuple[str, ...]]:
        return database.execute(
            "SELECT column_name, data_type, is_nullable FROM information_schema.columns "
            "WHERE table_name = 'performance_academica' ORDER BY ordinal_position"
        ).fetchall()

    database.execute(CREATE_TABLES.read_bytes())
    first = columns()
    database.execute(CREATE_TABLES.read_bytes())
    assert [name for name, *_ in first] == list(NAMES)
    assert columns() == first


def test_key_and_range_are_the_tables_own(database: psycopg.Connection) -> None:
    database.execute(CREATE_TABLES.read_bytes())
    insert = "INSERT INTO performance_academica (aluno_id, escola_id, disciplina, nota) VALUES (1, 1, 'Artes', %s)"
    with database.transaction(force_rollback=True):
        database.execute(insert, [Decimal("7.5")])
        with pytest.raises(psycopg.errors.UniqueViolation), database.transaction():
            database.execute(insert, [Decimal("8")])
        with pytest.raises(psycopg.errors.CheckViolation), database.transaction():
            database.execute(insert.replace("'Artes'", "'Física'"), [Decimal("10.01")])


def test_analyses_give_the_figures_of_the_rows(database: psycopg.Connection) -> None:
    database.execute(CREATE_TABLES.read_bytes())
    rows = expected(SAMPLES).rows
    with database.transaction(force_rollback=True):
        with database.cursor().copy(f"COPY performance_academica ({', '.join(NAMES)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        queries = named(ANALYSIS.read_text(encoding="utf-8"))
        results = {name: sorted_rows(database.execute(queries[name]).fetchall()) for name in computed(rows)}
    assert results == computed(rows)
